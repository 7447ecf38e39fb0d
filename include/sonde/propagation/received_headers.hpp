// SPDX-License-Identifier: MIT
#pragma once

// The headers of a request that propagators look at, picked in one pass over a carrier. Used by extract.

#include <cstddef>
#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/propagation/b3.hpp>
#include <sonde/propagation/header_name.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

/// Without blanks around them; an empty one counts as absent. Of several the first counts, unless said otherwise.
struct received_headers {
  std::string_view traceparent{};
  bool ambiguous = false;  // several traceparents: none of them is to be believed
  field_lines tracestate{};
  bool tracestate_overflow = false;  // more lines than there is room for: what is here is not all of it
  field_lines baggage{};
  std::string_view xray{};
  std::string_view b3{};
  b3_headers b3_multi{};

  constexpr void take(std::string_view name, std::string_view value) noexcept {
    switch (name.size()) {
      case header::b3.size():
        if (header::b3.is(name)) first(b3, value);
        break;
      case header::baggage.size():
        if (header::baggage.is(name)) add(baggage, value);
        break;
      case header::tracestate.size():
        static_assert(header::tracestate.size() == header::b3_flags.size());
        if (header::tracestate.is(name))
          tracestate_overflow |= !add(tracestate, value);
        else if (header::b3_flags.is(name))
          first(b3_multi.flags, value);
        break;
      case header::traceparent.size():
        static_assert(header::traceparent.size() == header::b3_span_id.size());
        if (header::traceparent.is(name))
          ambiguous |= !first(traceparent, value);
        else if (header::b3_span_id.is(name))
          first(b3_multi.span_id, value);
        break;
      case header::b3_trace_id.size():
        static_assert(header::b3_trace_id.size() == header::b3_sampled.size());
        if (header::b3_trace_id.is(name))
          first(b3_multi.trace_id, value);
        else if (header::b3_sampled.is(name))
          first(b3_multi.sampled, value);
        break;
      case header::xray.size():
        if (header::xray.is(name)) first(xray, value);
        break;
      default: break;
    }
  }

 private:
  /// False where there was one already.
  static constexpr bool first(std::string_view& place, std::string_view value) noexcept {
    value = without_blanks(value);
    if (value.empty()) return true;
    if (!place.empty()) return false;
    place = value;
    return true;
  }
  static constexpr bool add(field_lines& lines, std::string_view value) noexcept {
    value = without_blanks(value);
    return value.empty() || lines.add(borrowed(value));
  }
};

}  // namespace sonde::propagation
