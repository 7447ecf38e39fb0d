// SPDX-License-Identifier: MIT
#pragma once

// Times as a trace file has them: nanoseconds since a base near the session's start, so that viewers, which read microseconds
// into a double, keep all of them.

#include <algorithm>
#include <cstdint>

#include <sonde/context/clock.hpp>
#include <sonde/context/clock_sync.hpp>

namespace sonde::trace_event {

/// One rate for the whole file, measured here (to about 50 parts in a million) and never corrected: what lies within each
/// other in ticks does so in the file.
class time_line {
 public:
  [[nodiscard]] std::int64_t base_unix_nano() const noexcept { return base_; }
  /// Never negative, which viewers would drop.
  [[nodiscard]] std::int64_t at(std::uint64_t ticks) const noexcept {
    return std::max<std::int64_t>(clock_.unix_nano(ticks) - base_, 0);
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;

  context::clock_sync clock_;
  // A second earlier than need be: spans may have begun before the exporter was opened.
  std::int64_t base_ = clock_.unix_nano(context::ticks()) / second * second - second;
};

}  // namespace sonde::trace_event
