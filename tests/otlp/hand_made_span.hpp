// SPDX-License-Identifier: MIT
#pragma once

// A span built field by field, as a record_reader would show it, so that the encoders' tests know every bit of it.

#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/encoding/hex.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/record_reader.hpp>

#include "otlp/hand_made_attributes.hpp"

namespace sonde::testing {

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

  void add(std::string_view key, payload value) { attributes_.push_back(maker_.make(key, std::move(value))); }
  void add_event(std::string_view name, std::int64_t unix_nano, std::string_view key, payload value) {
    record::registered& known = events_known_.emplace_back();
    known.name = name;
    known.protobuf = record::protobuf_field(2, name);
    known.json = record::json_escaped(name);
    parts_.push_back(maker_.make(key, std::move(value)));
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
  record::header header_{};
  record::registered site_;
  record::registered_scope scope_;
  std::deque<record::registered> events_known_;
  attribute_maker maker_;
  std::vector<record::attribute_view> attributes_;
  std::vector<record::attribute_view> parts_;
  std::vector<record::event_view> events_;
  std::vector<record::link_view> links_;
};

}  // namespace sonde::testing
