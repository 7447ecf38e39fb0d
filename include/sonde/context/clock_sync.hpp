// SPDX-License-Identifier: MIT
#pragma once

// Turns processor ticks into wall-clock time. Owned by the collector, which lets it look at both clocks on every pass.

#include <cstdint>

#include <time.h>

#include <sonde/context/clock.hpp>

namespace sonde::context {

/// One line through (ticks, wall time). Durations come from the tick rate alone, so that a wall clock that steps back
/// never makes one negative; the wall anchor follows the system's clock once it is more than a microsecond off.
class clock_sync {
 public:
  clock_sync() noexcept {
    first_ = anchor_ = look();
    if constexpr (!ticks_are_nanoseconds) calibrate();
  }

  /// Call now and then, and before converting fresh records: refines the rate and follows the wall clock.
  void update() noexcept {
    const reading now = look();
    if (now.ticks <= anchor_.ticks) return;  // a counter that went backwards teaches nothing
    const std::int64_t predicted = unix_nano(now.ticks);
    if (const auto baseline = now.monotonic - first_.monotonic; baseline > measured_over_) {
      nanoseconds_per_tick_ = static_cast<double>(baseline) / static_cast<double>(now.ticks - first_.ticks);
      measured_over_ = baseline + baseline / 4;  // refine at growing distances
    }
    const std::int64_t off = now.wall - predicted;
    anchor_ = now;
    if (off < tolerance && off > -tolerance) anchor_.wall = predicted;
  }

  /// Nanoseconds since 1970 (UTC).
  [[nodiscard]] std::int64_t unix_nano(std::uint64_t at) const noexcept {
    const auto since = static_cast<std::int64_t>(at - anchor_.ticks);
    return anchor_.wall + static_cast<std::int64_t>(static_cast<double>(since) * nanoseconds_per_tick_);
  }
  /// Nanoseconds from one reading to a later one; zero where the counter went backwards.
  [[nodiscard]] std::int64_t nanoseconds(std::uint64_t from, std::uint64_t to) const noexcept {
    return to <= from ? 0 : static_cast<std::int64_t>(static_cast<double>(to - from) * nanoseconds_per_tick_);
  }

 private:
  struct reading {
    std::uint64_t ticks = 0;
    std::int64_t wall = 0;
    std::int64_t monotonic = 0;
  };
  static constexpr std::int64_t tolerance = 1'000;
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
  static constexpr bool ticks_are_nanoseconds = false;
#else
  static constexpr bool ticks_are_nanoseconds = true;
#endif

  [[nodiscard]] static std::int64_t read(clockid_t which) noexcept {
    timespec now{};
    static_cast<void>(clock_gettime(which, &now));
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  }

  /// The tightest of a few attempts to read three clocks at one moment (an interrupt in between spoils one attempt).
  [[nodiscard]] static reading look() noexcept {
    reading best;
    std::uint64_t narrowest = ~std::uint64_t{0};
    for (int attempt = 0; attempt < 4; ++attempt) {
      const std::uint64_t before = context::ticks();
      const std::int64_t wall = read(CLOCK_REALTIME);
      const std::int64_t monotonic = read(CLOCK_MONOTONIC);
      const std::uint64_t after = context::ticks();
      if (after - before >= narrowest) continue;
      narrowest = after - before;
      best = {before + narrowest / 2, wall, monotonic};
    }
    return best;
  }

  /// A first rate, good to about 50 parts in a million; update() improves it as the baseline grows.
  void calibrate() noexcept {
    const timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
    const reading now = look();
    if (now.ticks > first_.ticks)
      nanoseconds_per_tick_ =
          static_cast<double>(now.monotonic - first_.monotonic) / static_cast<double>(now.ticks - first_.ticks);
    measured_over_ = now.monotonic - first_.monotonic;
  }

  reading first_;
  reading anchor_;
  double nanoseconds_per_tick_ = 1.0;
  std::int64_t measured_over_ = 0;
};

}  // namespace sonde::context
