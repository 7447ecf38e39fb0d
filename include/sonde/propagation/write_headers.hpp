// SPDX-License-Identifier: MIT
#pragma once

// The headers that a span context and what travels beside it become. Used by inject; compiled once, whatever the carrier.
// Each value is made here of checked characters, so that no control character gets into a header.

#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/propagation/b3.hpp>
#include <sonde/propagation/baggage.hpp>
#include <sonde/propagation/header_name.hpp>
#include <sonde/propagation/header_text.hpp>
#include <sonde/propagation/propagator_list.hpp>
#include <sonde/propagation/traceparent.hpp>
#include <sonde/propagation/tracestate.hpp>
#include <sonde/propagation/xray_header.hpp>

namespace sonde::propagation {

/// Where headers go: a carrier of any type behind one interface.
class header_sink {
 public:
  virtual void set(std::string_view name, std::string_view value) noexcept = 0;
  virtual void erase(std::string_view name) noexcept = 0;

 protected:
  ~header_sink() = default;
};

/// The tracestate of another trace must not stay beside this traceparent, where a carrier is used again.
[[gnu::noinline]] inline void write_tracestate(header_sink& to, const span_context& context,
                                               const propagated_fields* fields) noexcept {
  tracestate_buffer value;
  if (fields != nullptr && !fields->tracestate.empty() && fields->trace_id == context.trace_id)
    tracestate_members{fields->tracestate}.write(value);
  if (value.empty())
    to.erase(header::tracestate);
  else
    to.set(header::tracestate, value.text());
}

[[gnu::noinline]] inline void write_baggage(header_sink& to, const propagated_fields& fields) noexcept {
  baggage_buffer value;
  write_baggage(value, fields.baggage);
  if (!value.empty()) to.set(header::baggage, value.text());
}

[[gnu::noinline]] inline void write_xray(header_sink& to, const span_context& context, const propagated_fields* fields) noexcept {
  const bool same_trace = fields != nullptr && fields->trace_id == context.trace_id;
  xray_buffer value;
  write_xray_header(value, context, same_trace ? view(fields->xray) : std::string_view{});
  to.set(header::xray, value.text());
}

[[gnu::noinline]] inline void write_b3_multi(header_sink& to, const span_context& context) noexcept {
  const auto trace_id = context.trace_id.to_hex();
  const auto span_id = context.span_id.to_hex();
  to.set(header::b3_trace_id, {trace_id.data(), trace_id.size()});
  to.set(header::b3_span_id, {span_id.data(), span_id.size()});
  to.erase(header::b3_parent_span_id);
  to.erase(header::b3_flags);
  if (context.undecided)
    to.erase(header::b3_sampled);
  else
    to.set(header::b3_sampled, context.sampled ? "1" : "0");
}

/// What `list` names. Of an invalid context nothing; baggage in any case. `fields` may be null.
inline void write_headers(header_sink& to, propagator_list list, const span_context& context,
                          const propagated_fields* fields) noexcept {
  const bool valid = context.valid();
  for (const propagator each : list) {
    if (each == propagator::baggage) {
      if (fields != nullptr && !fields->baggage.empty()) write_baggage(to, *fields);
      continue;
    }
    if (!valid) continue;
    switch (each) {
      case propagator::tracecontext: {
        const auto value = format_traceparent(context);
        to.set(header::traceparent, {value.data(), value.size()});
        write_tracestate(to, context, fields);
        break;
      }
      case propagator::b3: {
        const auto value = format_b3(context);
        to.set(header::b3, {value.data(), b3_size(context)});
        break;
      }
      case propagator::b3multi: write_b3_multi(to, context); break;
      case propagator::xray: write_xray(to, context, fields); break;
      case propagator::none:
      case propagator::baggage: break;
    }
  }
}

}  // namespace sonde::propagation
