// SPDX-License-Identifier: MIT
#pragma once

// Rollbar's five levels, and times as it counts them. Used by item_maker.hpp and breadcrumb.hpp.

#include <cstdint>
#include <string_view>

#include <sonde/config.hpp>

namespace sonde::rollbar {

[[nodiscard]] constexpr std::string_view level_name(level of) noexcept {
  switch (of) {
    case level::trace:
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warning: return "warning";
    case level::error: return "error";
    case level::critical: return "critical";
  }
  return "error";
}

[[nodiscard]] constexpr std::int64_t seconds(std::int64_t unix_nano) noexcept { return unix_nano / 1'000'000'000; }
[[nodiscard]] constexpr std::int64_t milliseconds(std::int64_t unix_nano) noexcept { return unix_nano / 1'000'000; }

}  // namespace sonde::rollbar
