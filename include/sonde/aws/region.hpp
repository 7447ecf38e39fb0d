// SPDX-License-Identifier: MIT
#pragma once

// Which AWS region is meant, where no endpoint's name says so. Used at start by the adapters that talk to AWS.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/aws/shared_profile.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::aws {

/// What can be a label of a host's name, since a region becomes one: letters, digits and '-', up to 63, not at the ends
/// and not digits alone.
[[nodiscard]] constexpr bool is_region_name(std::string_view name) noexcept {
  bool digits_alone = true;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    const char letter = environment::upper(c);
    if (!digit && c != '-' && !(letter >= 'A' && letter <= 'Z')) return false;
    digits_alone = digits_alone && digit;
  }
  return !name.empty() && name.size() <= 63 && name.front() != '-' && name.back() != '-' && !digits_alone;
}

struct region_lookup {
  std::string name{};     // empty: none
  std::string source{};   // as in a setting: `set in code`, `from AWS_REGION`, `from profile 'dev'`
  std::string refusal{};  // a sentence, where there is none
};

/// In code, AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`: the first that is there counts.
[[nodiscard]] inline region_lookup find_region(const std::optional<std::string>& in_code,
                                               environment::reader& environment, const shared_profile& profile) {
  region_lookup result;
  const auto take = [&](std::string_view value, std::string source) {
    result.name = environment::trimmed(value);
    result.source = std::move(source);
    if (is_region_name(result.name)) return result;
    result.refusal = environment::reader::named("the AWS region", result.name) + " (" + result.source +
                     ") cannot be one: write it like us-east-1";
    result.name.clear();
    return result;
  };
  if (in_code) return take(*in_code, "set in code");
  for (const char* const variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const auto value = environment.text(variable)) return take(*value, std::string{"from "} + variable);
  if (const std::string* const value = profile.find("region"); value != nullptr && !value->empty())
    return take(*value, "from profile '" + profile.name + "'");
  result.refusal = profile.refusal.empty()
                       ? "no AWS region: set AWS_REGION, or `region` in the profile '" + profile.name + "' of " +
                             profile.config_file
                       : "no AWS region: set AWS_REGION; " + profile.refusal;
  return result;
}

}  // namespace sonde::aws
