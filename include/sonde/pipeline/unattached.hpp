// SPDX-License-Identifier: MIT
#pragma once

// Spans and logs of threads that got no recorder for want of memory, and so could count nothing themselves: what they would have
// begun, and what began elsewhere and ended there. One for each session; counted by recorder_pool.hpp, told in the ledger by
// drain.hpp.

#include <atomic>
#include <cstdint>

#include <sonde/config.hpp>
#include <sonde/pipeline/stats.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::pipeline {

class unattached {
 public:
  /// In `session`; logs below `least_log` would not have been recorded anyway.
  void count(record::arrival lost, std::uint64_t session, level least_log) noexcept {
    using enum record::arrival::purpose;
    if (lost.what == span) spans_.fetch_add(1, std::memory_order_relaxed);
    if (lost.what == end_of_span && lost.session == session) ended_.fetch_add(1, std::memory_order_relaxed);
    if (lost.what == report || (lost.what == log && lost.severity >= least_log)) logs_.fetch_add(1, std::memory_order_relaxed);
  }
  /// Of spans that the ledger counts as open.
  [[nodiscard]] std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_relaxed); }
  void add_to(session_stats& ledger, std::uint64_t ended) const noexcept {
    add(ledger.spans, spans_.load(std::memory_order_relaxed));
    add(ledger.logs, logs_.load(std::memory_order_relaxed));
    ledger.spans.dropped[drop_reason::no_memory] += ended;
  }

 private:
  static void add(signal_stats& of, std::uint64_t lost) noexcept {
    of.started += lost;
    of.dropped[drop_reason::no_memory] += lost;
  }

  std::atomic<std::uint64_t> spans_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<std::uint64_t> logs_{0};
};

}  // namespace sonde::pipeline
