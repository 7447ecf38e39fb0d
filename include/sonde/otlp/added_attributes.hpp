// SPDX-License-Identifier: MIT
#pragma once

// Attributes that an exporter gives every record of a sampled trace, such as Honeycomb's SampleRate: encoded once. Used by both
// encoders.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/record/layout.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::otlp {

class added_attributes {
 public:
  added_attributes() = default;
  /// `bytes` is how they stand in a record, behind its own.
  added_attributes(const std::vector<resource::attribute>& given, std::string bytes) : bytes_{std::move(bytes)} {
    for (const resource::attribute& each : given) keys_.push_back(each.key);
  }

  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  /// Whether a record's own attribute has to make way: a key stands once.
  [[nodiscard]] bool replace(std::string_view key) const noexcept {
    for (const std::string& each : keys_)
      if (each == key) return true;
    return false;
  }

 private:
  std::vector<std::string> keys_;
  std::string bytes_;
};

inline const added_attributes nothing_added{};

/// What a log gets: of a sampled trace the same as its spans; outside of one nothing, for of those none was left out.
[[nodiscard]] inline const added_attributes& added_to_log(const record::header& log, const added_attributes& given) noexcept {
  return log.trace_id.valid() && (log.flags & record::sampled) != 0 ? given : nothing_added;
}

}  // namespace sonde::otlp
