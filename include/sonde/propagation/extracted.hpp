// SPDX-License-Identifier: MIT
#pragma once

// What the headers of a request say: the parent for the span that answers it, and what travels on beside the ids.

#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/span_context.hpp>

namespace sonde::propagation {

struct extracted {
  span_context parent{};           // remote; names no trace where the headers said nothing usable
  propagated_fields fields{};      // borrowed from the headers
  bool asks_for_decision = false;  // X-Amzn-Trace-Id said `Sampled=?`: the response is to tell (xray_answer)

  /// So that it can be given to a span as its parent.
  constexpr operator span_context() const noexcept { return parent; }
};

}  // namespace sonde::propagation
