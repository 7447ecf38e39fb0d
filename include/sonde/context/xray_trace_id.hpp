// SPDX-License-Identifier: MIT
#pragma once

// A trace id as AWS writes it. Source: AWS X-Ray developer guide, "Trace ID"; of a W3C id, the same digits.

#include <cstddef>

#include <sonde/context/trace_id.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/meta/fixed_string.hpp>

namespace sonde::context {

inline constexpr std::size_t xray_trace_id_size = 35;

/// Writes `1-581cf771-a006649127e371903a2de979`; returns where it stopped.
constexpr char* put_xray_trace_id(char* at, const trace_id& id) noexcept {
  *at++ = '1';
  *at++ = '-';
  at = encoding::put_hex(at, id.bytes, 4);
  *at++ = '-';
  return encoding::put_hex(at, id.bytes + 4, 12);
}
[[nodiscard]] constexpr meta::fixed_string<xray_trace_id_size> xray_trace_id(const trace_id& id) noexcept {
  meta::fixed_string<xray_trace_id_size> text;
  put_xray_trace_id(text.value, id);
  return text;
}

}  // namespace sonde::context
