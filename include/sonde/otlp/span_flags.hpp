// SPDX-License-Identifier: MIT
#pragma once

// The flags of a span or log as OTLP has them. Used by both encoders. Source: opentelemetry-proto 1.11, SpanFlags and
// LogRecordFlags.

#include <cstdint>

#include <sonde/record/layout.hpp>

namespace sonde::otlp {

[[nodiscard]] inline std::uint32_t w3c_flags(const record::header& of) noexcept {
  return (of.flags & record::sampled) | ((of.flags & record::random_id) != 0 ? 0x02u : 0u);
}

/// Of a span: the W3C flags in the low byte; whether it is known if the parent is remote; whether it is.
[[nodiscard]] inline std::uint32_t flags_of(const record::header& span) noexcept {
  constexpr std::uint32_t has_is_remote = 0x100;
  constexpr std::uint32_t is_remote = 0x200;
  return w3c_flags(span) | has_is_remote | ((span.flags & record::remote_parent) != 0 ? is_remote : 0);
}

}  // namespace sonde::otlp
