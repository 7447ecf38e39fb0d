// SPDX-License-Identifier: MIT
#pragma once

// What the headers of a request mean together: which of several contexts is the parent, and what belongs to it. Used by
// extract; total over whatever a stranger sends.

#include <cstddef>
#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/propagation/b3.hpp>
#include <sonde/propagation/baggage.hpp>
#include <sonde/propagation/extracted.hpp>
#include <sonde/propagation/header_text.hpp>
#include <sonde/propagation/propagator_list.hpp>
#include <sonde/propagation/received_headers.hpp>
#include <sonde/propagation/traceparent.hpp>
#include <sonde/propagation/tracestate.hpp>
#include <sonde/propagation/xray_header.hpp>

namespace sonde::propagation {

/// Of X-Amzn-Trace-Id, in bytes; pairs beyond are not looked at.
inline constexpr std::size_t xray_limit = 1024;

/// Makes `found` the parent. What belongs to another trace goes.
constexpr void adopt(extracted& into, const span_context& found) noexcept {
  const bool same_trace = found.trace_id == into.parent.trace_id;
  const bool random = found.random || (same_trace && into.parent.random);  // only traceparent can say so
  if (!same_trace) {
    into.fields.tracestate = field_lines{};
    into.fields.xray = meta::text{};
    into.asks_for_decision = false;
  }
  into.parent = found;
  into.parent.random = random;
  into.fields.trace_id = found.trace_id;
}

constexpr void interpret_traceparent(const received_headers& received, extracted& into) noexcept {
  if (received.ambiguous) return;
  const span_context found = parse_traceparent(received.traceparent);
  if (!found.valid()) return;
  adopt(into, found);
  const bool usable = !received.tracestate_overflow && !received.tracestate.empty();
  if (usable && !tracestate_members{received.tracestate}.empty()) into.fields.tracestate = received.tracestate;
}

constexpr void interpret_b3(const received_headers& received, extracted& into) noexcept {
  span_context found = parse_b3(received.b3);
  if (!found.valid()) found = received.b3_multi.parse();
  if (found.valid()) adopt(into, found);
}

/// A header that leaves something open (a load balancer's names no parent) completes nothing that others have found, and
/// gives way to it.
constexpr void interpret_xray(std::string_view value, extracted& into) noexcept {
  if (value.size() > xray_limit) {
    const std::size_t last = value.substr(0, xray_limit + 1).rfind(';');
    value = value.substr(0, last == std::string_view::npos ? 0 : last);
  }
  const xray_header found = parse_xray_header(value);
  if (found.context.declines_trace() && !into.parent.valid()) into.parent = found.context;
  if (!found.context.trace_id.valid()) return;
  if (found.complete() || !into.parent.valid())
    adopt(into, found.context);
  else if (found.context.trace_id != into.parent.trace_id)
    return;
  into.asks_for_decision |= found.asks_for_decision;
  if (found.has_vendor_pairs) into.fields.xray = borrowed(value);
}

/// In the order of the list: of several valid contexts the last one counts, and what is missing or invalid wipes nothing.
[[nodiscard]] constexpr extracted interpret(const received_headers& received, propagator_list list) noexcept {
  extracted result;
  for (const propagator each : list) {
    switch (each) {
      case propagator::tracecontext: interpret_traceparent(received, result); break;
      case propagator::baggage:
        if (!received.baggage.empty()) result.fields.baggage = within_baggage_limits(received.baggage);
        break;
      case propagator::b3:
      case propagator::b3multi: interpret_b3(received, result); break;
      case propagator::xray: interpret_xray(received.xray, result); break;
      case propagator::none: break;
    }
  }
  return result;
}

}  // namespace sonde::propagation
