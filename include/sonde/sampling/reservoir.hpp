// SPDX-License-Identifier: MIT
#pragma once

// How many traces a second are taken before any share is drawn: by a quota that the service grants for a time, else one a
// second on credit. Asked from every thread at once, without a lock.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

namespace sonde::sampling {

/// Times are seconds since 1970.
class reservoir {
 public:
  enum class grant : std::uint8_t { none, quota, borrowed };

  static constexpr std::uint32_t forever = UINT32_MAX;

  /// While a quota is valid, only that counts; otherwise one a second is borrowed, where that is allowed.
  [[nodiscard]] grant take(std::uint32_t now, bool may_borrow) noexcept {
    const std::uint64_t granted = granted_.load(std::memory_order_relaxed);
    const std::uint32_t quota = lower(granted);
    const std::uint32_t valid_to = upper(granted);
    const bool has_quota = quota != unknown && now <= valid_to;
    if (!has_quota && !may_borrow) return grant::none;
    std::uint64_t seen = used_.load(std::memory_order_relaxed);
    for (;;) {
      // A clock set back a little goes on with the second it was in: a thread that read the time before another must not
      // open the next second's reservoir twice.
      const bool same_second = now <= upper(seen) && upper(seen) - now <= small_step;
      const std::uint32_t second = same_second ? upper(seen) : now;
      const std::uint32_t used = same_second ? lower(seen) : 0;
      if (has_quota ? used / 2 >= quota : (used & 1) != 0) return grant::none;
      const std::uint64_t next = join(second, has_quota ? used + 2 : used | 1);
      if (used_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return has_quota ? grant::quota : grant::borrowed;
    }
  }

  /// What is not said stays.
  void set(std::optional<std::uint32_t> quota, std::optional<std::uint32_t> valid_to) noexcept {
    const std::uint64_t before = granted_.load(std::memory_order_relaxed);
    granted_.store(join(valid_to.value_or(upper(before)), quota ? std::min(*quota, most) : lower(before)),
                   std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t unknown = UINT32_MAX;
  static constexpr std::uint32_t most = UINT32_MAX / 2 - 1;
  static constexpr std::uint32_t small_step = 2;

  [[nodiscard]] static constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) noexcept {
    return std::uint64_t{high} << 32 | low;
  }
  [[nodiscard]] static constexpr std::uint32_t upper(std::uint64_t word) noexcept { return lower(word >> 32); }
  [[nodiscard]] static constexpr std::uint32_t lower(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }

  std::atomic<std::uint64_t> granted_{join(0, unknown)};  // to when, how many a second
  std::atomic<std::uint64_t> used_{0};  // in which second: twice how many of the quota, and whether one was borrowed
};

}  // namespace sonde::sampling
