// SPDX-License-Identifier: MIT
#pragma once

// Who a span is to the outside: what travels in headers, and what a span on another thread or host takes as its parent.

#include <sonde/context/span_id.hpp>
#include <sonde/context/trace_id.hpp>

namespace sonde {

/// Source: OpenTelemetry specification, "SpanContext".
struct span_context {
  sonde::trace_id trace_id{};
  sonde::span_id span_id{};
  bool sampled = false;    // W3C flag 0x01
  bool remote = false;     // came from another process
  bool random = false;     // W3C flag 0x02: the rightmost 7 bytes of the trace id are random
  bool undecided = false;  // the sender leaves sampling to us (X-Amzn-Trace-Id without Sampled=0 or 1)

  [[nodiscard]] constexpr bool valid() const noexcept { return trace_id.valid() && span_id.valid(); }
  /// Whether a span may go on with this trace. A load balancer's X-Amzn-Trace-Id names a trace, yet no span.
  [[nodiscard]] constexpr bool continues_trace() const noexcept { return trace_id.valid() && (remote || span_id.valid()); }
  /// Whether the sender records nothing, and therefore names no trace: the X-Ray SDKs send zeros as ids then.
  [[nodiscard]] constexpr bool declines_trace() const noexcept { return remote && !trace_id.valid() && !sampled && !undecided; }
  friend constexpr bool operator==(const span_context&, const span_context&) = default;
};

}  // namespace sonde
