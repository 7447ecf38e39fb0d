// SPDX-License-Identifier: MIT
#pragma once

// A log's level as OTLP has it. Used by both encoders. Source: opentelemetry-proto 1.11, logs.proto, SeverityNumber.

#include <cstdint>
#include <string_view>

#include <sonde/config.hpp>

namespace sonde::otlp {

/// The first number of the level's band, and its name here. 0 and empty for a byte that is no level.
struct severity {
  std::uint32_t number;
  std::string_view text;
};

[[nodiscard]] inline severity severity_of(level given) noexcept {
  switch (given) {
    case level::trace: return {1, "trace"};
    case level::debug: return {5, "debug"};
    case level::info: return {9, "info"};
    case level::warning: return {13, "warning"};
    case level::error: return {17, "error"};
    case level::critical: return {21, "critical"};
  }
  return {0, {}};
}

}  // namespace sonde::otlp
