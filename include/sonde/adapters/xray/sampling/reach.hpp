// SPDX-License-Identifier: MIT
#pragma once

// Which rules can ever match this service, in words: a rule for another ServiceName is silently unused otherwise.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/sampling/rule_book.hpp>
#include <sonde/transport/excerpt.hpp>

namespace sonde::xray {

/// How people find a rule again.
[[nodiscard]] inline std::string shown_rule(const sampling::rule& one) {
  return one.name.empty() ? one.description : '`' + transport::excerpt(one.name, {}) + '`';
}

/// `its ServiceName is `shop``, where that alone rules out every request; else empty.
[[nodiscard]] inline std::string never_matches(const sampling::rule& one, const sampling::rule_audience& audience) {
  using enum sampling::rule_property;
  const auto differs = [&](sampling::rule_property of, std::string_view known) {
    return !known.empty() && !sampling::matches_glob(one.pattern(of), known);
  };
  const auto told = [&](sampling::rule_property of) {
    return "its " + std::string{sampling::rule_property_names[static_cast<std::size_t>(of)]} + " is `" +
           transport::excerpt(one.pattern(of), {}) + "`";
  };
  if (audience.dynamic_naming.empty() && differs(service_name, audience.service_name)) return told(service_name);
  if (differs(service_type, audience.service_type)) return told(service_type);
  return {};
}

/// `` `a` and `b` can match this service (shop); `c` never will: its ServiceName is `till` ``
[[nodiscard]] inline std::string reach_of(std::span<const sampling::counted_rule> rules,
                                          const sampling::rule_audience& audience) {
  constexpr std::size_t most = 10;  // of each kind, by name
  std::vector<std::string> able;
  std::vector<std::string> unable;
  for (const sampling::counted_rule& each : rules)
    if (const std::string why = never_matches(each.said(), audience); why.empty())
      able.push_back(shown_rule(each.said()));
    else
      unable.push_back(shown_rule(each.said()) + " never will: " + why);
  const auto joined = [](const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (std::size_t i = 0; i < parts.size() && i < most; ++i) text += std::string{i != 0 ? between : ""} + parts[i];
    return parts.size() > most ? text + " and " + std::to_string(parts.size() - most) + " more" : text;
  };
  const std::string who = audience.service_name.empty() ? "" : " (" + transport::excerpt(audience.service_name, {}) + ")";
  std::string said = able.empty() ? "no rule can match this service" + who : joined(able, ", ") + " can match this service" + who;
  if (!unable.empty()) said += "; " + joined(unable, "; ");
  return said;
}

}  // namespace sonde::xray
