// SPDX-License-Identifier: MIT
#pragma once

// OTEL_PROPAGATORS as a list of propagators.

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/propagation/propagator_list.hpp>

namespace sonde::propagation {

/// tracecontext and baggage where nothing usable is set. Source: OpenTelemetry environment variable specification.
[[nodiscard]] inline propagator_list propagators_from(environment::reader& environment) {
  struct known_propagator {
    std::string_view name;
    propagator value;
  };
  static constexpr known_propagator known[] = {{"tracecontext", propagator::tracecontext}, {"baggage", propagator::baggage},
                                               {"b3", propagator::b3},                     {"b3multi", propagator::b3multi},
                                               {"xray", propagator::xray},                 {"none", propagator::none}};
  constexpr std::string_view variable = "OTEL_PROPAGATORS";
  const auto names = environment.list(variable);
  if (!names) return {};
  propagator_list chosen{propagator::none};
  bool none = false;
  for (const std::string& name : *names) {
    const auto* const found = std::find_if(std::begin(known), std::end(known), [&](const known_propagator& each) {
      return environment::same_ignoring_case(each.name, name);
    });
    if (found == std::end(known))
      environment.report(environment::reader::named(variable, name)
                             .append(" is not one of tracecontext, baggage, b3, b3multi, xray, none; ignored"));
    else if (found->value == propagator::none)
      none = true;
    else
      chosen.add(found->value);
  }
  if (none && !chosen.empty()) environment.report("OTEL_PROPAGATORS has 'none' beside others; 'none' is ignored");
  return chosen.empty() && !none ? propagator_list{} : chosen;
}

}  // namespace sonde::propagation
