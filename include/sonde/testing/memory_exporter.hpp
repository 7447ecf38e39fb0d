// SPDX-License-Identifier: MIT
#pragma once

// Keeps what it gets, for tests: spans and logs as plain values.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <sonde/context/span_context.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::testing {

/// An attribute's value as backends get it. A map keeps its pairs in order.
struct value {
  using array = std::vector<value>;
  using map = std::vector<std::pair<std::string, value>>;
  std::variant<bool, std::int64_t, double, std::string, array, map> held;

  template <class T>
  [[nodiscard]] const T& as() const {
    return std::get<T>(held);
  }
  [[nodiscard]] friend bool operator==(const value& a, std::int64_t b) { return a.held == value{b}.held; }
  [[nodiscard]] friend bool operator==(const value& a, int b) { return a == std::int64_t{b}; }
  [[nodiscard]] friend bool operator==(const value& a, bool b) { return a.held == value{b}.held; }
  [[nodiscard]] friend bool operator==(const value& a, double b) { return a.held == value{b}.held; }
  [[nodiscard]] friend bool operator==(const value& a, std::string_view b) {
    return std::holds_alternative<std::string>(a.held) && std::get<std::string>(a.held) == b;
  }
  [[nodiscard]] friend bool operator==(const value& a, const char* b) { return a == std::string_view{b}; }
  // Not defaulted: Clang 14 then needs `value` complete too early.
  [[nodiscard]] friend bool operator==(const value& a, const value& b) { return a.held == b.held; }
};

struct attribute {
  std::string key;
  testing::value value;
  bool annotation = false;
  std::string metadata_namespace{};
};

/// Attributes by key.
struct attributes {
  std::vector<attribute> all;

  /// Null where there is none.
  [[nodiscard]] const value* find(std::string_view key) const {
    for (const attribute& each : all)
      if (each.key == key) return &each.value;
    return nullptr;
  }
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Throws std::out_of_range where there is none.
  [[nodiscard]] const value& operator[](std::string_view key) const {
    if (const value* found = find(key)) return *found;
    throw std::out_of_range{"no attribute " + std::string{key}};
  }
};

struct event {
  std::string name;
  std::int64_t unix_nano = 0;
  testing::attributes attributes;
};
struct link {
  span_context context;
  testing::attributes attributes;
};

struct recorded_span {
  std::string name;
  std::string scope;
  std::string scope_version;
  sonde::trace_id trace_id{};
  sonde::span_id span_id{};
  sonde::span_id parent_span_id{};  // all zero at a root
  bool remote_parent = false;
  std::uint8_t trace_flags = 0;     // W3C: 1 sampled, 2 random
  sonde::kind kind{};
  sonde::status status{};
  std::string status_message;
  bool left_by_exception = false;
  std::string tracestate;
  std::int64_t start_unix_nano = 0;
  std::int64_t end_unix_nano = 0;
  std::string file;
  std::uint32_t line = 0;
  std::string function;
  testing::attributes attributes;
  std::vector<event> events;
  std::vector<link> links;
  std::uint32_t thread = 0;  // the system's number of the thread it ended on
  std::string thread_name;
  std::uint32_t cut_attributes = 0;
  std::uint32_t cut_events = 0;
  std::uint32_t cut_links = 0;
};

/// A span that was active where an occurrence was reported.
struct active_span {
  std::string name;
  sonde::span_id span_id{};
  std::string file;
  std::uint32_t line = 0;
  std::string function;
  testing::attributes attributes;
};

struct recorded_log {
  std::string body;
  level severity{};
  bool occurrence = false;  // made by a report
  std::int64_t unix_nano = 0;
  sonde::trace_id trace_id{};
  sonde::span_id span_id{};
  bool in_recorded_span = false;
  testing::attributes attributes;
  std::vector<active_span> active_spans;  // of an occurrence, innermost first
};

/// Copies share what they keep: keep one, give the other to the session. force_flush() before looking.
class memory_exporter {
 public:
  [[nodiscard]] std::vector<recorded_span> spans() const {
    const std::lock_guard lock{kept_->mutex};
    return kept_->spans;
  }
  [[nodiscard]] std::vector<recorded_log> logs() const {
    const std::lock_guard lock{kept_->mutex};
    return kept_->logs;
  }
  void clear() {
    const std::lock_guard lock{kept_->mutex};
    kept_->spans.clear();
    kept_->logs.clear();
  }

  [[nodiscard]] std::string_view name() const noexcept { return "memory"; }
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    kept_->limits = at_start.limits;
    return "spans and logs are kept in memory";
  }
  bool write(const record::span_view& span) {
    recorded_span made;
    made.name = span.name;
    const record::registered_scope& scope = *span.scope;
    made.scope = scope.name;
    made.scope_version = scope.version;
    made.trace_id = span.header.trace_id;
    made.span_id = span.header.span_id;
    made.parent_span_id = span.header.parent_id;
    made.remote_parent = span.has_remote_parent();
    made.kind = span.kind();
    made.status = span.status();
    made.status_message = span.status_message;
    made.left_by_exception = span.left_by_exception();
    made.tracestate = span.tracestate;
    made.trace_flags = static_cast<std::uint8_t>((span.header.flags & record::sampled) |
                                                 ((span.header.flags & record::random_id) != 0 ? 2 : 0));
    made.start_unix_nano = span.start_unix_nano;
    made.end_unix_nano = span.end_unix_nano;
    if (span.location != nullptr) {
      made.file = span.location->file;
      made.line = span.location->line;
      made.function = span.location->function;
    }
    made.attributes = read_all(span.attributes);
    for (const record::event_view& each : span.events)
      made.events.push_back({each.name->name, each.unix_nano, read_all(each.attributes)});
    for (const record::link_view& each : span.links)
      made.links.push_back({{each.trace_id, each.span_id, each.sampled, false}, read_all(each.attributes)});
    if (span.thread != nullptr) {
      made.thread = span.thread->number;
      made.thread_name = span.thread->name;
    }
    made.cut_attributes = span.cut_attributes;
    made.cut_events = span.cut_events;
    made.cut_links = span.cut_links;
    const std::lock_guard lock{kept_->mutex};
    kept_->spans.push_back(std::move(made));
    return true;
  }
  bool write(const record::log_view& log) {
    recorded_log made;
    made.body = log.body;
    made.severity = log.severity();
    made.occurrence = log.is_occurrence();
    made.unix_nano = log.unix_nano;
    made.trace_id = log.header.trace_id;
    made.span_id = log.header.span_id;
    made.in_recorded_span = (log.header.flags & record::sampled) != 0;
    made.attributes = read_all(log.attributes);
    for (const record::active_span_view& each : log.active_spans) {
      active_span& copy = made.active_spans.emplace_back();
      copy.name = each.name;
      copy.span_id = each.span_id;
      if (each.location != nullptr) {
        copy.file = each.location->file;
        copy.line = each.location->line;
        copy.function = each.location->function;
      }
      copy.attributes = read_all(each.attributes);
    }
    const std::lock_guard lock{kept_->mutex};
    kept_->logs.push_back(std::move(made));
    return true;
  }

 private:
  template <class List>
  [[nodiscard]] static testing::attributes read_all(const List& from) {
    testing::attributes made;
    for (const record::attribute_view& each : from)
      made.all.push_back({each.key->name, read(each.value), each.key->type == record::description_type::annotation,
                          each.key->name_space});
    return made;
  }
  [[nodiscard]] static value read(const record::value_view& from) {
    return record::visit(from, reader{});
  }
  struct reader {
    value operator()(bool held) const { return {held}; }
    value operator()(std::int64_t held) const { return {held}; }
    value operator()(double held) const { return {held}; }
    value operator()(std::string_view held) const { return {std::string{held}}; }
    value operator()(record::array_view held) const {
      value::array made;
      for (record::entry_cursor at = held.elements(); at.next();) made.push_back(read(at.value()));
      return {std::move(made)};
    }
    value operator()(record::map_view held) const {
      value::map made;
      for (record::entry_cursor at = held.pairs(); at.next();) {
        std::string key{at.value().key()};
        if (!at.next()) break;
        made.emplace_back(std::move(key), read(at.value()));
      }
      return {std::move(made)};
    }
  };

  struct kept {
    std::mutex mutex;
    std::vector<recorded_span> spans;
    std::vector<recorded_log> logs;
    record::span_limits limits;
  };
  std::shared_ptr<kept> kept_ = std::make_shared<kept>();
};

}  // namespace sonde::testing
