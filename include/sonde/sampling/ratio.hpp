// SPDX-License-Identifier: MIT
#pragma once

// Keeps a share of traces, decided by the trace id: the same answer for a trace wherever it is asked.

#include <cstdint>
#include <cstdio>

#include <sonde/sampling/sampler.hpp>

namespace sonde::sampling {

/// Shares outside [0, 1] are clamped, NaN is 1. A trace kept at one share is kept at every higher one.
class ratio {
 public:
  explicit ratio(double share) noexcept : share_{share >= 1 || share != share ? 1 : share <= 0 ? 0 : share} {
    keep_below_ = share_ >= 1 ? UINT64_MAX : static_cast<std::uint64_t>(share_ * 0x1p64);
  }
  /// Compares the low 8 bytes of the trace id, big-endian, with the share of 2^64.
  [[nodiscard]] bool should_sample(const question& asked) const noexcept {
    if (share_ >= 1) return true;
    std::uint64_t low = 0;
    for (int i = 8; i < 16; ++i) low = low << 8 | asked.trace_id.bytes[i];
    return low < keep_below_;
  }
  [[nodiscard]] bool drops_roots() const noexcept { return share_ <= 0; }
  /// 0.25 -> 4; to the nearest whole number.
  [[nodiscard]] std::uint32_t sample_rate() const noexcept {
    if (share_ <= 0) return 1;
    const double rate = 1 / share_ + 0.5;
    return rate >= 0x1p32 ? UINT32_MAX : static_cast<std::uint32_t>(rate);
  }
  [[nodiscard]] std::string description() const {
    char text[64];
    static_cast<void>(std::snprintf(text, sizeof text, "TraceIdRatioBased{%.6f}", share_));
    return text;
  }

 private:
  double share_;
  std::uint64_t keep_below_;
};

}  // namespace sonde::sampling
