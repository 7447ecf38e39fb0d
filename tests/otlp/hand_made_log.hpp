// SPDX-License-Identifier: MIT
#pragma once

// A log built field by field, as a record_reader would show it, so that the encoders' tests know every bit of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/encoding/hex.hpp>
#include <sonde/record/record_reader.hpp>

#include "otlp/hand_made_attributes.hpp"

namespace sonde::testing {

/// `Hello`, a warning, at 1544712660 s, in the sampled span eee19b7e… of trace 5b8efff7….
class hand_made_log {
 public:
  hand_made_log() {
    header_.type = record::record_type::log;
    header_.flags = record::sampled;
    header_.kind = static_cast<std::uint8_t>(level::warning);
    static_cast<void>(encoding::from_hex({"5b8efff798038103d269b633813fc60c", 32}, header_.trace_id.bytes, 16));
    static_cast<void>(encoding::from_hex({"eee19b7ec3c1b174", 16}, header_.span_id.bytes, 8));
  }

  void add(std::string_view key, payload value) { attributes_.push_back(maker_.make(key, std::move(value))); }
  [[nodiscard]] record::header& header() { return header_; }
  [[nodiscard]] std::string& body() { return body_; }

  [[nodiscard]] record::log_view view() const {
    record::log_view made{{header_}, {}, 0};
    made.attributes = {attributes_.data(), attributes_.size()};
    made.body = body_;
    made.unix_nano = 1'544'712'660'000'000'000;
    return made;
  }

 private:
  record::header header_{};
  std::string body_ = "Hello";
  attribute_maker maker_;
  std::vector<record::attribute_view> attributes_;
};

}  // namespace sonde::testing
