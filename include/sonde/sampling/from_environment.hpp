// SPDX-License-Identifier: MIT
#pragma once

// OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG as a sampler.

#include <sonde/environment/reader.hpp>
#include <sonde/sampling/always.hpp>
#include <sonde/sampling/parent_based.hpp>
#include <sonde/sampling/ratio.hpp>

namespace sonde::sampling {

/// parentbased_always_on where nothing usable is set. Source: OpenTelemetry environment variable specification.
[[nodiscard]] inline any_sampler from_environment(environment::reader& environment) {
  const auto name = environment.choice("OTEL_TRACES_SAMPLER",
                                       {"always_on", "always_off", "traceidratio", "parentbased_always_on",
                                        "parentbased_always_off", "parentbased_traceidratio", "xray"},
                                       "parentbased_always_on");
  const auto share = [&] { return ratio{environment.real("OTEL_TRACES_SAMPLER_ARG", 0, 1, "1.0").value_or(1.0)}; };
  if (name == "always_on") return always_on{};
  if (name == "always_off") return always_off{};
  if (name == "traceidratio") return share();
  if (name == "parentbased_always_off") return parent_based{always_off{}};
  if (name == "parentbased_traceidratio") return parent_based{share()};
  if (name == "xray")  // what could bring its rules was asked before
    environment.report(
        "OTEL_TRACES_SAMPLER='xray' needs a part of the session that brings X-Ray's rules: include "
        "<sonde/adapters/xray/sampler.hpp> and give sonde::xray::sampler{} to sonde::start; using parentbased_always_on");
  return parent_based{always_on{}};
}

}  // namespace sonde::sampling
