// SPDX-License-Identifier: MIT
#pragma once

// A finished span or log as adapters see it: names looked up, times converted, limits applied, later values in place of
// earlier ones. Borrowed from the record; valid until the reader reads the next.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <sonde/config.hpp>
#include <sonde/context/clock_sync.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/record/registry.hpp>
#include <sonde/record/view.hpp>

namespace sonde::record {

/// Source: OpenTelemetry specification, "Span Limits". Lengths in characters.
struct span_limits {
  std::uint32_t attributes = 128;
  std::uint32_t events = 128;
  std::uint32_t links = 128;
  std::uint32_t event_attributes = 128;
  std::uint32_t link_attributes = 128;
  std::uint32_t value_length = UINT32_MAX;
};

/// Source: OpenTelemetry specification, "LogRecord Limits". The body has none.
struct log_limits {
  std::uint32_t attributes = 128;
  std::uint32_t value_length = UINT32_MAX;  // in characters
};
inline constexpr log_limits default_log_limits{};

struct attribute_view {
  const registered* key;
  value_view value;
};

/// The attributes of a span or log, in a row.
class attribute_run {
 public:
  attribute_run() = default;
  attribute_run(const attribute_view* first, std::size_t size) noexcept : first_{first}, size_{size} {}
  [[nodiscard]] const attribute_view* begin() const noexcept { return first_; }
  [[nodiscard]] const attribute_view* end() const noexcept { return first_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  const attribute_view* first_ = nullptr;
  std::size_t size_ = 0;
};

/// Some of the attributes of events and links a reader holds.
class attribute_list {
 public:
  attribute_list(const std::vector<attribute_view>& pool, std::size_t first, std::size_t size) noexcept
      : pool_{&pool}, first_{first}, size_{size} {}
  [[nodiscard]] const attribute_view* begin() const noexcept { return pool_->data() + first_; }
  [[nodiscard]] const attribute_view* end() const noexcept { return begin() + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  const std::vector<attribute_view>* pool_;
  std::size_t first_;
  std::size_t size_;
};

struct event_view {
  const registered* name;
  std::int64_t unix_nano;
  attribute_list attributes;
  std::uint32_t cut_attributes;
};
struct link_view {
  sonde::trace_id trace_id;
  sonde::span_id span_id;
  bool sampled;
  attribute_list attributes;
  std::uint32_t cut_attributes;
};

/// What spans and logs have in common.
struct signal_view {
  record::header header;
  attribute_run attributes{};
  std::uint32_t cut_attributes = 0;
  std::uint32_t cut_values = 0;  // texts shortened to the limit, wherever they are
  const thread_identity* thread = nullptr;  // that ended the span or wrote the log; null where unknown
};

struct span_view : signal_view {
  const registered* site = nullptr;          // never null
  const registered* location = nullptr;      // null where unknown
  const registered_scope* scope = nullptr;   // never null
  std::string_view name{};
  bool renamed = false;  // the name is the run-time one, not the site's
  std::string_view status_message{};
  std::string_view tracestate{};  // of a local root whose trace came with one
  std::int64_t start_unix_nano = 0;
  std::int64_t end_unix_nano = 0;
  const std::vector<event_view>& events;
  const std::vector<link_view>& links;
  std::uint32_t cut_events = 0;
  std::uint32_t cut_links = 0;
  std::uint32_t cut_in_parts = 0;  // attributes of the events and links that are there

  /// No aggregate: GCC would clear all of one before it fills it in, which is a seventh of reading and encoding a span.
  span_view(const record::header& read, const std::vector<event_view>& its_events,
            const std::vector<link_view>& its_links) noexcept
      : signal_view{read}, events{its_events}, links{its_links} {}

  [[nodiscard]] sonde::kind kind() const noexcept { return static_cast<sonde::kind>(header.kind); }
  [[nodiscard]] sonde::status status() const noexcept { return static_cast<sonde::status>(header.status); }
  /// All that limits took from it.
  [[nodiscard]] std::uint32_t cut() const noexcept {
    return cut_attributes + cut_values + cut_events + cut_links + cut_in_parts;
  }
  [[nodiscard]] bool is_local_root() const noexcept { return (header.flags & local_root) != 0; }
  [[nodiscard]] bool has_remote_parent() const noexcept { return (header.flags & remote_parent) != 0; }
  /// An exception left it. Which one, its last event `exception` says, where anybody knew.
  [[nodiscard]] bool left_by_exception() const noexcept { return (header.flags & unwound) != 0; }
};

/// A span that was open where an occurrence was reported, with what of it the occurrence carries (active_spans.hpp).
struct active_span_view {
  const registered* site;      // never null
  const registered* location;  // null where unknown
  std::string_view name;
  sonde::span_id span_id;
  attribute_run attributes;
};

struct log_view : signal_view {
  std::string_view body;
  std::int64_t unix_nano = 0;
  std::span<const active_span_view> active_spans{};  // of an occurrence: those of its thread, innermost first

  [[nodiscard]] level severity() const noexcept { return static_cast<level>(header.kind); }
  [[nodiscard]] std::uint32_t cut() const noexcept { return cut_attributes + cut_values; }
  [[nodiscard]] bool is_occurrence() const noexcept { return (header.flags & occurrence) != 0; }
};

}  // namespace sonde::record
