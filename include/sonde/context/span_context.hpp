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
  bool sampled = false;  // W3C flag 0x01
  bool remote = false;   // came from another process

  [[nodiscard]] constexpr bool valid() const noexcept { return trace_id.valid() && span_id.valid(); }
  friend constexpr bool operator==(const span_context&, const span_context&) = default;
};

}  // namespace sonde
