// SPDX-License-Identifier: MIT
#pragma once

// From the headers of a request to the parent of the span that answers it. Total over whatever a stranger sends; allocates
// nothing, and never throws.

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <sonde/propagation/b3.hpp>
#include <sonde/propagation/baggage.hpp>
#include <sonde/propagation/carrier.hpp>
#include <sonde/propagation/extracted.hpp>
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
  if (!found.context.trace_id.valid()) return;
  if (found.complete() || !into.parent.valid())
    adopt(into, found.context);
  else if (found.context.trace_id != into.parent.trace_id)
    return;
  into.asks_for_decision |= found.asks_for_decision;
  if (found.has_vendor_pairs) into.fields.xray = borrowed(value);
}

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

/// A get() that throws where a header is missing is as good as one that returns nothing.
template <header_lookup Carrier>
constexpr void look_up(const Carrier& carrier, std::string_view name, received_headers& received) noexcept {
  try {
    received.take(name, text_of(carrier.get(name)));
  } catch (...) {
  }
}

/// Reads the headers that `list` names, in its order. What comes out borrows from the carrier.
template <readable_carrier Carrier>
[[nodiscard]] constexpr extracted extract(const Carrier& carrier, propagator_list list = {}) noexcept {
  received_headers received;
  if constexpr (header_range<const Carrier>) {
    using element = decltype(*std::begin(carrier));
    static_assert(outlives_element<element, decltype(std::remove_cvref_t<element>::second)>,
                  "sonde: the elements of this carrier are copies, gone before they are read: let it give references or views");
    for (auto&& each : carrier) received.take(each.first, each.second);
  } else {
    for (const std::string_view name : header::all_read) look_up(carrier, name, received);
  }
  return interpret(received, list);
}

}  // namespace sonde::propagation
