// SPDX-License-Identifier: MIT
#pragma once

// The cheapest monotonic reading this processor has. Only the collector turns ticks into times (context/clock_sync.hpp).

#include <cstdint>

#if !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
#include <time.h>
#endif

namespace sonde::context {

/// Processor ticks since an unspecified moment; not serialised against neighbouring instructions (that would double it).
[[nodiscard]] inline std::uint64_t ticks() noexcept {
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

}  // namespace sonde::context
