// SPDX-License-Identifier: MIT
#pragma once

// All clocks at one moment, as nearly as a program can have that: what clock_sync learns from.

#include <cstdint>

#include <time.h>

#include <sonde/context/clock.hpp>
#include <sonde/context/clock_source.hpp>

namespace sonde::context {

struct clock_reading {
  std::uint64_t ticks = 0;
  std::uint64_t width = 0;     // ticks from before to after: no clock was read farther from `ticks` than that
  std::int64_t monotonic = 0;  // nanoseconds of CLOCK_MONOTONIC
  std::int64_t wall = 0;       // nanoseconds since 1970 (UTC)
};

[[nodiscard]] inline std::int64_t nanoseconds_of(clockid_t which) noexcept {
  timespec now{};
  static_cast<void>(clock_gettime(which, &now));
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// The tightest of a few attempts: an interrupt in between spoils one.
[[nodiscard]] inline clock_reading read_clocks() noexcept {
  clock_reading best;
  best.width = ~std::uint64_t{0};
  for (int attempt = 0; attempt < 4; ++attempt) {
    const std::uint64_t before = ticks();
    const std::int64_t monotonic = nanoseconds_of(CLOCK_MONOTONIC);
    const std::int64_t wall = nanoseconds_of(CLOCK_REALTIME);
    const std::uint64_t width = ticks() - before;
    if (width < best.width) best = {before + width / 2, width, monotonic, wall};
  }
  if (!reads_counter())
    best.ticks = static_cast<std::uint64_t>(best.monotonic);  // the same clock
  return best;
}

}  // namespace sonde::context
