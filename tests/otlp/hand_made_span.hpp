// SPDX-License-Identifier: MIT
#pragma once

// A span built field by field, as a record_reader would show it, so that the encoders' tests know every bit of it.

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/encoding/hex.hpp>
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

/// Trace 5b8efff7…, span eee19b7e…, name `op` in scope `lib`, from 1544712660 s for one second, flags 0x101.
class hand_made_span {
 public:
  hand_made_span() {
    site_.name = "op";
    site_.protobuf = record::protobuf_field(5, "op");
    site_.json = "op";
    scope_.name = "lib";
    header_.type = record::record_type::span;
    header_.flags = record::sampled | record::local_root;
    header_.kind = 1;
    static_cast<void>(encoding::from_hex({"5b8efff798038103d269b633813fc60c", 32}, header_.trace_id.bytes, 16));
    static_cast<void>(encoding::from_hex({"eee19b7ec3c1b174", 16}, header_.span_id.bytes, 8));
  }

  void add(std::string_view key, payload value) { attributes_.push_back(attribute(key, std::move(value))); }
  void add_event(std::string_view name, std::int64_t unix_nano, std::string_view key, payload value) {
    record::registered& known = known_.emplace_back();
    known.name = name;
    known.protobuf = record::protobuf_field(2, name);
    known.json = record::json_escaped(name);
    parts_.push_back(attribute(key, std::move(value)));
    events_.push_back({&known, unix_nano, {parts_, parts_.size() - 1, 1}, 0});
  }
  void add_link() {
    record::link_view link{header_.trace_id, header_.span_id, true, {parts_, parts_.size(), 0}, 0};
    links_.push_back(link);
  }

  [[nodiscard]] record::header& header() { return header_; }
  [[nodiscard]] record::registered& site() { return site_; }

  [[nodiscard]] record::span_view view() const {
    record::span_view made{header_, events_, links_};
    made.attributes = {attributes_.data(), attributes_.size()};
    made.site = &site_;
    made.scope = &scope_;
    made.name = site_.name;
    made.start_unix_nano = 1'544'712'660'000'000'000;
    made.end_unix_nano = 1'544'712'661'000'000'000;
    return made;
  }

 private:
  [[nodiscard]] record::attribute_view attribute(std::string_view key, payload value) {
    record::registered& known = known_.emplace_back();
    known.name = key;
    known.protobuf = record::protobuf_field(1, key);
    known.json = record::json_escaped(key);
    return {&known, payloads_.emplace_back(std::move(value)).view()};
  }

  record::header header_{};
  record::registered site_;
  record::registered_scope scope_;
  std::deque<record::registered> known_;
  std::deque<payload> payloads_;
  std::vector<record::attribute_view> attributes_;
  std::vector<record::attribute_view> parts_;
  std::vector<record::event_view> events_;
  std::vector<record::link_view> links_;
};

}  // namespace sonde::testing
