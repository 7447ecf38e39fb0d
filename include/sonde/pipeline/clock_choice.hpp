// SPDX-License-Identifier: MIT
#pragma once

// SONDE_CLOCK: what spans are stamped with, where the choice sonde makes itself is not wanted.

#include <sonde/context/clock_source.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::pipeline {

/// `counter`, `system`, or `auto`: the counter where it keeps time.
[[nodiscard]] inline context::clock_source clock_source_from(environment::reader& environment) {
  const auto chosen = environment.choice("SONDE_CLOCK", {"auto", "counter", "system"}, "auto");
  if (chosen == "counter") return context::clock_source::counter;
  if (chosen == "system") return context::clock_source::system;
  return context::best_clock_source();
}

}  // namespace sonde::pipeline
