// SPDX-License-Identifier: MIT
#pragma once

// Attributes of every type as a record_reader would show them, for hand_made_span.hpp and hand_made_log.hpp.

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/record/location.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::testing {

/// The bytes of an attribute's value, and of what lies inside it.
class payload {
 public:
  static payload word(record::entry_type type, std::uint64_t bits) {
    payload made{type};
    made.bytes_.append(reinterpret_cast<const char*>(&bits), sizeof bits);
    return made;
  }
  static payload integer(std::int64_t value) { return word(record::entry_type::integer, static_cast<std::uint64_t>(value)); }
  static payload boolean(bool value) { return word(record::entry_type::boolean, value ? 1 : 0); }
  static payload real(double value) { return word(record::entry_type::real, __builtin_bit_cast(std::uint64_t, value)); }
  static payload text(std::string_view value) {
    payload made{record::entry_type::text};
    made.bytes_ = value;
    return made;
  }
  static payload compound(record::entry_type type, const std::vector<payload>& parts) {
    payload made{type};
    for (const payload& each : parts) {
      const record::entry head{0, record::entry::make_shape(each.type_, each.bytes_.size())};
      made.bytes_.append(reinterpret_cast<const char*>(&head), sizeof head);
      made.bytes_.append(each.bytes_);
      made.bytes_.resize(record::padded(made.bytes_.size()));
    }
    return made;
  }
  static payload array(const std::vector<payload>& parts) { return compound(record::entry_type::array, parts); }
  static payload map(const std::vector<payload>& parts) { return compound(record::entry_type::map, parts); }

  /// As it lies in a record: on the heap, exactly as large as it is once padded, so that a sanitizer sees a step too far.
  [[nodiscard]] record::value_view view() {
    held_.assign(record::padded(bytes_.size()), '\xAA');
    held_.shrink_to_fit();
    if (!bytes_.empty()) std::memcpy(held_.data(), bytes_.data(), bytes_.size());
    return {type_, held_.data(), static_cast<std::uint32_t>(bytes_.size())};
  }

 private:
  explicit payload(record::entry_type type) : type_{type} {}
  record::entry_type type_;
  std::string bytes_;
  std::vector<char> held_;
};

/// Makes attributes, and keeps what their views point to.
class attribute_maker {
 public:
  [[nodiscard]] record::attribute_view make(std::string_view key, payload value) {
    record::registered& known = known_.emplace_back();
    known.name = key;
    known.protobuf = record::protobuf_field(1, key);
    known.json = record::json_escaped(key);
    return {&known, payloads_.emplace_back(std::move(value)).view()};
  }

 private:
  std::deque<record::registered> known_;
  std::deque<payload> payloads_;
};

}  // namespace sonde::testing
