// SPDX-License-Identifier: MIT
#pragma once

// How long to wait before a request is sent again: exponential back-off with jitter, the backend's own wish before it.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <sonde/context/id_source.hpp>

namespace sonde::pipeline {

class backoff {
 public:
  using milliseconds = std::chrono::milliseconds;
  static constexpr milliseconds first{1'000};
  static constexpr milliseconds longest{30'000};

  explicit backoff(context::id_source random) : random_{random} {}

  /// Before attempt number `attempt` + 1 (from 1): 1 s, 1.5 s, 2.25 s … 30 s, each varied by a fifth either way.
  [[nodiscard]] milliseconds delay(std::uint32_t attempt, std::optional<milliseconds> wished) noexcept {
    if (wished) return std::max(*wished, milliseconds{0});
    double wait = static_cast<double>(first.count());
    for (std::uint32_t i = 1; i < attempt && wait < static_cast<double>(longest.count()); ++i) wait *= 1.5;
    wait = std::min(wait, static_cast<double>(longest.count()));
    const double spread = static_cast<double>(random_.next() >> 11) * 0x1p-53;  // [0, 1)
    return milliseconds{static_cast<std::int64_t>(wait * (0.8 + 0.4 * spread))};
  }

 private:
  context::id_source random_;
};

}  // namespace sonde::pipeline
