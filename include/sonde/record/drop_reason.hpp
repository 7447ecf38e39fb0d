// SPDX-License-Identifier: MIT
#pragma once

// Why a span or log was lost. Each reason is counted on its own in the session's ledger.

#include <cstddef>

namespace sonde {

enum class drop_reason : unsigned char {
  queue_full,       // the backend or the collector did not keep up, and the bound on memory was reached
  too_large,        // one record or request over its limit
  no_memory,        // an allocation failed
  session_ended,    // not delivered by the shutdown deadline
  not_configured,   // the exporter could not start
  unsupported,      // this exporter has no place for this signal
  rejected,         // the backend refused it for good
  retries_exhausted,  // the backend could not be reached in the time allowed
  unwanted,           // the user switched this signal off for this exporter, or the exporter sends few of its kind
  rate_limited,       // over a limit per minute, the backend's or one of ours
  in_signal_handler,  // recorded by a handler that interrupted its thread in the midst of recording
};

inline constexpr std::size_t drop_reasons = 11;

}  // namespace sonde
