// SPDX-License-Identifier: MIT
#pragma once

// Timeouts as users give them, down to "for ever" (milliseconds::max()) and below zero, as moments that a clock can reach.
// Used by session.hpp and terminate_report.hpp.

#include <algorithm>
#include <chrono>

namespace sonde::pipeline {

/// Within what can be added to a moment of any clock: a hundred years are for ever.
[[nodiscard]] constexpr std::chrono::milliseconds bounded(std::chrono::milliseconds timeout) noexcept {
  constexpr std::chrono::milliseconds for_ever = std::chrono::hours{24 * 365 * 100};
  return std::clamp(timeout, std::chrono::milliseconds{0}, for_ever);
}

[[nodiscard]] inline std::chrono::steady_clock::time_point deadline_in(std::chrono::milliseconds timeout) noexcept {
  return std::chrono::steady_clock::now() + bounded(timeout);
}

}  // namespace sonde::pipeline
