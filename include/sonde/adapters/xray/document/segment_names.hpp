// SPDX-License-Identifier: MIT
#pragma once

// What segments are called: one fixed name, or the host of the request where that matches a pattern. Used by
// writer.hpp. Source: AWS X-Ray SDKs, "segment naming strategy".

#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/xray/document/blocks.hpp>
#include <sonde/adapters/xray/document/name.hpp>
#include <sonde/record/location.hpp>
#include <sonde/sampling/glob.hpp>

namespace sonde::xray {

class segment_names {
 public:
  segment_names() = default;
  segment_names(std::string_view fixed, std::string pattern)
      : fixed_{usable_name(fixed)}, escaped_{record::json_escaped(fixed_)}, pattern_{std::move(pattern)} {}

  [[nodiscard]] const std::string& fixed() const noexcept { return fixed_; }
  [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }

  /// Between quotes, escaped. A host is compared with its port, then without it. What a request that has just begun knows
  /// is its header.
  void put(document_text& to, const placed_attributes& of, std::string& scratch) const {
    if (pattern_.empty()) return to.raw(escaped_);
    scratch.clear();
    append_host(scratch, of);
    if (scratch.empty()) scratch = of.text(key_role::request_host);
    const std::string_view alone = of.text(key_role::server_address);
    if (!scratch.empty() && sampling::matches_glob(pattern_, scratch)) return static_cast<void>(put_usable_name(to, scratch));
    if (!alone.empty() && sampling::matches_glob(pattern_, alone)) return static_cast<void>(put_usable_name(to, alone));
    to.raw(escaped_);
  }

 private:
  std::string fixed_;
  std::string escaped_;
  std::string pattern_;
};

}  // namespace sonde::xray
