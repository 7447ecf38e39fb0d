// SPDX-License-Identifier: MIT
#pragma once

// The cheapest monotonic reading this machine has: what spans and logs are stamped with. Only the collector turns ticks into
// times (context/clock_sync.hpp).

#include <cstdint>

#if !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
#include <time.h>
#endif

namespace sonde::context {

using tick_source = std::uint64_t (*)() noexcept;

/// Read instead of the processor's counter where that does not keep time; null where it does. `start` sets it before anything can
/// be recorded (context/clock_source.hpp). Exported, as the session is, so that all modules read the same clock.
[[gnu::visibility("default")]] inline constinit tick_source instead_of_counter{nullptr};

/// The processor's counter, not serialised against neighbouring instructions (that would double its price). Nanoseconds of
/// CLOCK_MONOTONIC where there is none.
[[nodiscard]] inline std::uint64_t counter() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t now;
  asm volatile("mrs %0, cntvct_el0" : "=r"(now));
  return now;
#else
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
#endif
}

[[nodiscard]] inline bool reads_counter() noexcept { return __atomic_load_n(&instead_of_counter, __ATOMIC_RELAXED) == nullptr; }

/// Ticks since an unspecified moment, of a length that is measured.
[[nodiscard]] inline std::uint64_t ticks() noexcept {
  const tick_source other = __atomic_load_n(&instead_of_counter, __ATOMIC_RELAXED);
  if (other != nullptr) [[unlikely]] return other();
  return counter();
}

}  // namespace sonde::context
