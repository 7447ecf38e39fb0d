// SPDX-License-Identifier: MIT
#pragma once

// The loss ledger as a value: what `session.stats()` returns. For spans and for logs
//   started = open + unsampled + queued + dropped + taken,
// and for each exporter taken = queued + exported + dropped; every term is counted on its own.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <sonde/record/drop_reason.hpp>

namespace sonde {

/// How many were lost, by reason.
struct drop_counts {
  std::array<std::uint64_t, drop_reasons> by_reason{};

  [[nodiscard]] std::uint64_t operator[](drop_reason why) const noexcept {
    return by_reason[static_cast<std::size_t>(why)];
  }
  [[nodiscard]] std::uint64_t& operator[](drop_reason why) noexcept { return by_reason[static_cast<std::size_t>(why)]; }
  [[nodiscard]] std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : by_reason) sum += count;
    return sum;
  }
};

/// One signal as the program produced it.
struct signal_stats {
  std::uint64_t started = 0;
  std::uint64_t open = 0;       // begun and not yet ended
  std::uint64_t unsampled = 0;  // the sampler said no
  std::uint64_t queued = 0;     // ended, on the way to the exporters
  drop_counts dropped;          // lost on that way
  std::uint64_t taken = 0;      // reached the exporters
  std::uint64_t cut = 0;        // attributes, events and links that did not fit into a record, or whose value threw
};

/// One signal at one exporter.
struct delivery_stats {
  std::uint64_t queued = 0;
  std::uint64_t exported = 0;
  drop_counts dropped;
  std::uint64_t cut = 0;  // attributes, events and links left out, and texts shortened, by the session's limits
};

struct exporter_stats {
  std::string name;
  delivery_stats spans;
  delivery_stats logs;
};

struct session_stats {
  signal_stats spans;
  signal_stats logs;
  std::vector<exporter_stats> exporters;
};

[[nodiscard]] constexpr const char* to_string(drop_reason why) noexcept {
  switch (why) {
    case drop_reason::queue_full: return "queue full";
    case drop_reason::too_large: return "too large";
    case drop_reason::no_memory: return "no memory";
    case drop_reason::session_ended: return "session ended";
    case drop_reason::not_configured: return "exporter not configured";
    case drop_reason::unsupported: return "signal not supported by the exporter";
    case drop_reason::rejected: return "rejected by the backend";
    case drop_reason::retries_exhausted: return "backend not reached in time";
    case drop_reason::unwanted: return "not wanted";
    case drop_reason::rate_limited: return "over a rate limit";
    case drop_reason::in_signal_handler: return "recorded by a signal handler that interrupted recording";
  }
  return "unknown";
}

}  // namespace sonde
