// SPDX-License-Identifier: MIT
#pragma once

// A sampling rule in X-Ray's sense as data: for which requests, how many a second, and which share of the rest.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/sampling/glob.hpp>

namespace sonde::sampling {

/// What a rule is compared with.
enum class rule_property : std::uint8_t { service_name, service_type, host, method, path };
inline constexpr std::size_t rule_properties = 5;
/// As X-Ray spells them.
inline constexpr std::array<std::string_view, rule_properties> rule_property_names{"ServiceName", "ServiceType", "Host",
                                                                                   "HTTPMethod", "URLPath"};

/// Patterns as in sampling/glob.hpp. Source: AWS X-Ray API, "SamplingRule".
struct rule {
  static constexpr std::int32_t last = 10'000;  // X-Ray's priority of `Default`

  std::string name{};                       // spans tell it; empty: it has none
  std::string description{};                // for people
  std::int32_t priority = last;             // the lowest that matches decides; of equals the first by name
  double fixed_rate = 0;                    // 0 to 1, of what the reservoir does not take
  std::uint32_t reservoir_size = 0;         // traces a second
  std::array<std::string, rule_properties> patterns{"*", "*", "*", "*", "*"};  // by rule_property

  friend bool operator==(const rule&, const rule&) = default;

  [[nodiscard]] std::string& pattern(rule_property of) noexcept { return patterns[static_cast<std::size_t>(of)]; }
  [[nodiscard]] const std::string& pattern(rule_property of) const noexcept { return patterns[static_cast<std::size_t>(of)]; }
};

/// What is known of a request and of who serves it, by rule_property. Empty: not known, and so no obstacle to any rule.
using rule_subject = std::array<std::string_view, rule_properties>;

[[nodiscard]] inline bool matches(const rule& one, const rule_subject& asked, rule_property of) noexcept {
  const std::string_view known = asked[static_cast<std::size_t>(of)];
  return known.empty() || matches_glob(one.pattern(of), known);
}
[[nodiscard]] inline bool matches(const rule& one, const rule_subject& asked) noexcept {
  for (std::size_t i = 0; i < rule_properties; ++i)
    if (!matches(one, asked, static_cast<rule_property>(i))) return false;
  return true;
}

}  // namespace sonde::sampling
