// SPDX-License-Identifier: MIT
#pragma once

// Records made of an input, as instrumented code could have written them, with whatever texts and values; beside them what they
// hold, as JSON, for the judges of encoders.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sonde/adapters/xray/document/key_role.hpp>
#include <sonde/record/argument_kind.hpp>
#include <sonde/record/record_reader.hpp>

#include "fuzz/target.hpp"

namespace fuzz {

using nlohmann::json;
namespace record = sonde::record;
using record::entry_type;

/// What is no UTF-8 is replaced, as the JSON library does it.
[[nodiscard]] inline std::string repaired(std::string_view text) {
  if (is_utf8(text)) return std::string{text};
  return json::parse(json(std::string{text}).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

/// One for all inputs: descriptions are known when a program is compiled.
class vocabulary {
 public:
  static vocabulary& one() {
    static vocabulary all;
    return all;
  }
  [[nodiscard]] const record::registry& known() const noexcept { return registry_; }

  static constexpr std::size_t plain_keys = 6;
  std::vector<std::pair<std::string, std::uint32_t>> keys;  // those of `plain_keys` come first
  std::vector<std::uint32_t> spans, logs, events;

 private:
  vocabulary() {
    using enum record::description_type;
    for (const char* name : {"k0", "a \"key\"", "ключ", "k3", "k4", "k5"}) add_key(attribute, name);
    for (const sonde::xray::placed_key& each : sonde::xray::placed_keys) add_key(attribute, each.name);
    for (const char* name : {"exception.type", "exception.message", "exception.stacktrace", "sonde.exception.causes", "password",
                             "http.request.header.cookie", "url.query", "code.file.path", "code.line.number", "http.route"})
      add_key(attribute, name);
    add_key(annotation, "handle");
    add_key(annotation, "k0");
    add_key(metadata, "results", "user");
    add_key(metadata, "k0", "sp\"ace");
    add_key(metadata, "k3", "default");
    for (const char* name : {"op", "GET /api/\"x\"", "имя"}) spans.push_back(add(span, name));
    for (const char* name : {"cache.miss", "exception"}) events.push_back(add(event, name));
    for (const char* format : {"plain", "{}", "{} {:>8} {:.3f}", "{:x}{:c}", "{{}} {:d}"})
      logs.push_back(add(log, format));
  }
  void add_key(record::description_type type, std::string_view name, std::string_view name_space = {}) {
    keys.emplace_back(name, add(type, name, name_space));
  }
  std::uint32_t add(record::description_type type, std::string_view name, std::string_view name_space = {}) {
    using enum record::description_type;
    record::description fresh;
    const std::string protobuf = record::protobuf_field(type == span ? 5 : type == event ? 2 : 1, name);
    const std::string escaped = record::json_escaped(name);
    fresh.type = type;
    fresh.name = record::text(name);
    fresh.name_space = record::text(name_space);
    fresh.protobuf = record::text(protobuf);
    fresh.json = record::text(escaped);
    static constexpr record::scope_description scope{{"l\"ib", 4}, {"1.0", 3}};
    if (type == span) fresh.scope = &scope;
    return registry_.enroll(fresh);
  }

  record::registry registry_;
};

/// A record on the heap, exactly as large as it is, so that a sanitizer sees a step too far.
class hostile_record {
 public:
  /// `faithful`: what it holds is known, as `attributes`; not so where values are nested too deeply to be told.
  bool faithful = true;
  bool damaged = false;  // its ids may name what is no key
  json attributes = json::object();
  std::string body;

  hostile_record(source& from, record::record_type type) {
    record::header head{};
    const vocabulary& known = vocabulary::one();
    const bool is_log = type == record::record_type::log;
    const std::vector<std::uint32_t>& sites = is_log ? known.logs : known.spans;
    const std::uint8_t shape = from.byte();
    head.type = type;
    head.description = is_log && (shape & 1) != 0 ? 0 : sites[from.below(sites.size())];
    head.flags = static_cast<std::uint8_t>(from.byte() | record::sampled);
    head.kind = from.byte() % 6;
    head.status = from.byte() % 3;
    head.start = sonde::context::ticks() - from.byte();
    head.end = head.start + from.byte() * 1000u;
    head.trace_id.bytes[0] = (shape & 2) != 0 ? 0 : 7;
    head.trace_id.bytes[15] = (shape & 2) != 0 ? 0 : from.byte();
    head.span_id.bytes[7] = from.byte();
    head.parent_id.bytes[7] = from.byte();
    for (std::size_t count = 0; count < 100 && !from.empty(); ++count) add_part(from, is_log);
    if (is_log && head.description == 0) {
      body = text_of(from);
      add(entries_, 0, entry_type::body, body);
    }
    head.size = static_cast<std::uint32_t>(sizeof head + entries_.size());
    size_ = head.size;
    bytes_ = std::make_unique<char[]>(size_);
    std::memcpy(bytes_.get(), &head, sizeof head);
    std::memcpy(bytes_.get() + sizeof head, entries_.data(), entries_.size());
  }

  /// Overwrites bytes behind the header with what no writer of ours would write.
  void damage(source& from) {
    faithful = false;
    damaged = true;
    for (int i = 0; i < 8 && !from.empty() && size_ > sizeof(record::header); ++i) {
      const std::size_t at = sizeof(record::header) + from.word() % (size_ - sizeof(record::header));
      bytes_[at] = static_cast<char>(from.byte());
    }
  }
  [[nodiscard]] record::record_view view() const noexcept { return {bytes_.get()}; }
  [[nodiscard]] bool holds(const char* begin, std::size_t size) const noexcept {
    return begin >= bytes_.get() && begin + size <= bytes_.get() + size_;
  }

 private:
  static void add(std::string& to, std::uint32_t id, entry_type type, std::string_view payload) {
    to += record::entry_bytes(id, type, payload);
  }
  static std::string word_bytes(std::uint64_t bits) { return {reinterpret_cast<const char*>(&bits), sizeof bits}; }
  /// Some are long, the same bytes over and over; one is longer than a datagram takes.
  std::string text_of(source& from) {
    const std::size_t size = from.byte();
    const std::string_view piece = from.bytes(size % 64);
    std::string made{piece};
    const std::size_t longest = size == 255 && !std::exchange(has_long_, true) ? 70'000 : size >= 248 ? 2'000 : 0;
    while (!made.empty() && made.size() < longest) made += made;
    return made;
  }

  void add_part(source& from, bool is_log) {
    const vocabulary& known = vocabulary::one();
    const std::uint8_t what = from.byte();
    if (what < 200) {
      const auto& [name, id] = known.keys[(what < 120 ? what % vocabulary::plain_keys : from.below(known.keys.size()))];
      json value;
      const std::string bytes = value_of(from, id, value, 0, name == "password" || name == "http.request.header.cookie");
      entries_ += bytes;
      attributes[name] = std::move(value);
      return;
    }
    if (is_log) {
      constexpr std::uint32_t kinds = static_cast<std::uint32_t>(record::argument_kind::text);
      const std::uint32_t kind = from.byte() % (kinds + 1);
      add(entries_, kind, entry_type::argument, kind == kinds ? text_of(from) : word_bytes(from.word()));
      return;
    }
    std::string inner;
    json ignored;
    for (std::size_t count = from.below(4); count != 0; --count) {
      const std::uint32_t id = known.keys[from.below(known.keys.size())].second;
      inner += value_of(from, id, ignored, 0, false);
    }
    switch (what % 5) {
      case 0: return add(entries_, 0, entry_type::name, text_of(from));
      case 1: return add(entries_, 0, entry_type::status_message, text_of(from));
      case 2: return add(entries_, 0, entry_type::tracestate, "a=b");
      case 3:
        return add(entries_, known.events[from.below(known.events.size())], entry_type::event,
                   word_bytes(sonde::context::ticks()) + inner);
      default: return add(entries_, 0, entry_type::link, std::string(32, static_cast<char>(from.byte())) + inner);
    }
  }

  /// `told`: what it is as JSON. Secrets are put where they must not come out.
  std::string value_of(source& from, std::uint32_t id, json& told, int depth, bool secret_place) {
    if (secret_place) {
      told = nullptr;
      return record::entry_bytes(id, entry_type::text, secret);
    }
    constexpr int deepest = 6;
    switch (from.byte() % (depth < deepest ? 10u : 7u)) {
      case 0: {
        const std::uint64_t bits = from.byte() & 1;
        told = bits != 0;
        return record::entry_bytes(id, entry_type::boolean, word_bytes(bits));
      }
      case 1: {
        const auto value = static_cast<std::int64_t>(from.word());
        told = value;
        return record::entry_bytes(id, value);
      }
      case 2: {
        const std::uint64_t value = from.word();
        told = value > INT64_MAX ? json(std::to_string(value)) : json(static_cast<std::int64_t>(value));
        return record::entry_bytes(id, entry_type::unsigned_integer, word_bytes(value));
      }
      case 3: {
        const auto value = __builtin_bit_cast(double, from.word());
        told = std::isnan(value) ? json("NaN") : std::isinf(value) ? json(value > 0 ? "Infinity" : "-Infinity") : json(value);
        return record::entry_bytes(id, entry_type::real, word_bytes(__builtin_bit_cast(std::uint64_t, value)));
      }
      case 4: {
        const auto value = static_cast<std::int64_t>(from.word());
        told = static_cast<double>(value) * 1e-9;
        return record::entry_bytes(id, entry_type::duration, word_bytes(static_cast<std::uint64_t>(value)));
      }
      case 7: {
        std::string inner;
        told = json::array();
        for (std::size_t count = from.below(5); count != 0; --count)
          inner += value_of(from, 0, told.emplace_back(), depth + 1, false);
        return record::entry_bytes(id, entry_type::array, inner);
      }
      case 8: {
        std::string inner;
        told = json::object();
        for (std::size_t count = from.below(5); count != 0; --count) {
          const std::string key = text_of(from);
          json value;
          inner += record::entry_bytes(0, entry_type::text, key);
          inner += value_of(from, 0, value, depth + 1, false);
          told[repaired(key)] = std::move(value);  // of several under one key readers of JSON keep the last
        }
        return record::entry_bytes(id, entry_type::map, inner);
      }
      case 9: {
        faithful = false;  // what becomes of values too deep is each encoder's own
        const bool maps = (from.byte() & 1) != 0;
        std::string inner;
        for (int levels = from.byte(); levels != 0; --levels)
          inner = (maps ? record::entry_bytes(0, entry_type::text, "k") : std::string{}) +
                  record::entry_bytes(0, maps ? entry_type::map : entry_type::array, inner);
        return record::entry_bytes(id, entry_type::array, inner);
      }
      default: {
        const std::string text = text_of(from);
        told = repaired(text);
        return record::entry_bytes(id, entry_type::text, text);
      }
    }
  }

  bool has_long_ = false;
  std::string entries_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace fuzz
