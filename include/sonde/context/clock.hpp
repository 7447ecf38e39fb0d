// SPDX-License-Identifier: MIT
#pragma once

// The cheapest monotonic reading this machine has: what spans and logs are stamped with. Only the collector turns ticks into
// times (context/clock_sync.hpp).

#include <cstdint>

#include <time.h>

namespace sonde::context {

/// Whether the system's clock is read, as where the processor's counter does not keep time. `start` sets it before anything can be
/// recorded (context/clock_source.hpp). Exported, as the session is, so that all modules read the same clock.
[[gnu::visibility("default")]] inline constinit bool uses_system_clock = false;

/// CLOCK_MONOTONIC in nanoseconds.
[[nodiscard, gnu::noinline]] inline std::uint64_t system_ticks() noexcept {
  timespec now{};
  static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

/// The processor's counter, not serialised against neighbouring instructions (that would double its price); the system's clock
/// where there is none.
[[nodiscard]] inline std::uint64_t counter() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t now;
  asm volatile("mrs %0, cntvct_el0" : "=r"(now));
  return now;
#else
  return system_ticks();
#endif
}

[[nodiscard]] inline bool reads_counter() noexcept { return !__atomic_load_n(&uses_system_clock, __ATOMIC_RELAXED); }

/// Ticks since an unspecified moment, of a length that is measured.
[[nodiscard]] inline std::uint64_t ticks() noexcept {
  if (!reads_counter()) [[unlikely]] return system_ticks();
  return counter();
}

}  // namespace sonde::context
