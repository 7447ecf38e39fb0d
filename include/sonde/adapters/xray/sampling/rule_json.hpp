// SPDX-License-Identifier: MIT
#pragma once

// Reads one `SamplingRule`, as X-Ray's API and its users write it. Used for the daemon's replies and for local rules.
// Source: AWS X-Ray API, "SamplingRule"; limits from AWS X-Ray, "Sampling rule options".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/encoding/json_value.hpp>
#include <sonde/sampling/rule.hpp>
#include <sonde/transport/excerpt.hpp>

namespace sonde::xray {

/// A rule, or the rest of the sentence `rule x …`.
struct rule_reading {
  std::optional<sampling::rule> rule{};
  std::string name{};       // as far as it could be read; for people
  std::string complaint{};  // `is of Version 2, which is not known`
};

/// A text member of at most `longest` bytes; null for anything else.
[[nodiscard]] inline const std::string* short_text(const encoding::json_value& object, const char* name,
                                                   std::size_t longest) {
  const std::string* const text = object.text(name);
  return text != nullptr && text->size() <= longest ? text : nullptr;
}
/// A number from 0 to `most`; nothing for anything else.
[[nodiscard]] inline std::optional<double> number_up_to(const encoding::json_value& object, const char* name,
                                                        double most) {
  const encoding::json_value* const found = object.find(name);
  const std::optional<double> value = found != nullptr ? found->number() : std::nullopt;
  return value && *value >= 0 && *value <= most ? value : std::nullopt;
}

/// Rules of a kind that X-Ray's SDKs pass over are passed over here.
[[nodiscard]] inline rule_reading read_sampling_rule(const encoding::json_value& said) {
  rule_reading made;
  const auto refused = [&made](std::string why) { return made.complaint = std::move(why), made; };
  if (!said.is_object()) return refused("is no JSON object");
  const std::string* const name = short_text(said, "RuleName", 128);
  if (name == nullptr || name->empty()) return refused("has no RuleName, or one that is too long");
  made.name = transport::excerpt(*name, {});
  if (number_up_to(said, "Version", 1) != 1) return refused("is not of Version 1");
  const std::string* const arn = said.text("ResourceARN");
  if (arn == nullptr || *arn != "*") return refused("has a ResourceARN other than *");
  const encoding::json_value* const attributes = said.find("Attributes");
  if (attributes != nullptr && !attributes->empty()) return refused("asks for Attributes");

  sampling::rule rule;
  rule.name = *name;
  constexpr std::size_t longest[] = {64, 64, 64, 10, 128};  // in characters, as the properties are listed
  for (std::size_t i = 0; i < sampling::rule_properties; ++i) {
    const char* const property = sampling::rule_property_names[i].data();
    const std::string* const pattern = short_text(said, property, 4 * longest[i]);
    if (pattern == nullptr || pattern->empty()) return refused("has no " + std::string{property} + ", or one that is too long");
    rule.patterns[i] = *pattern;
  }
  const auto rate = number_up_to(said, "FixedRate", 1);
  if (!rate) return refused("has no FixedRate from 0 to 1");
  const auto size = number_up_to(said, "ReservoirSize", 1e9);
  if (!size) return refused("has no ReservoirSize of 0 or more");
  const auto priority = number_up_to(said, "Priority", sampling::rule::last);
  if (!priority) return refused("has no Priority from 1 to 10000");
  rule.fixed_rate = *rate;
  rule.reservoir_size = static_cast<std::uint32_t>(*size);
  rule.priority = static_cast<std::int32_t>(*priority);
  made.rule = std::move(rule);
  return made;
}

}  // namespace sonde::xray
