// SPDX-License-Identifier: MIT
#pragma once

// SONDE_LOG_LEVEL: from which level on logs are recorded, where the program does not say so.

#include <cstddef>
#include <string_view>

#include <sonde/config.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::pipeline {

/// The names of the levels, in any case; trace where nothing usable is set.
[[nodiscard]] inline level log_level_from(environment::reader& environment) {
  constexpr std::string_view names[] = {"trace", "debug", "info", "warning", "error", "critical"};
  const auto chosen =
      environment.choice("SONDE_LOG_LEVEL", {names[0], names[1], names[2], names[3], names[4], names[5]}, "trace");
  for (std::size_t i = 0; chosen && i < 6; ++i)
    if (*chosen == names[i]) return static_cast<level>(i);
  return level::trace;
}

}  // namespace sonde::pipeline
