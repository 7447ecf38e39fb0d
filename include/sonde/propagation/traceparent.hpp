// SPDX-License-Identifier: MIT
#pragma once

// The header `traceparent`: `00-<trace id>-<span id>-<flags>`, read and written.
// Source: W3C Trace Context Level 2, "Traceparent Header".

#include <cstddef>
#include <string_view>

#include <sonde/context/span_context.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/meta/fixed_string.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

inline constexpr std::size_t traceparent_size = 55;

/// The whole value of the header; an invalid context where it says nothing usable. Versions to come are read as far as they
/// agree with version 00.
[[nodiscard]] constexpr span_context parse_traceparent(std::string_view value) noexcept {
  span_context read{};  // returned from everywhere, so that it is made where it is wanted
  value = without_blanks(value);
  if (value.size() < traceparent_size || value[2] != '-' || value[35] != '-' || value[52] != '-') return read;
  const unsigned version = encoding::lower_hex_byte(value.data());
  const unsigned flags = encoding::lower_hex_byte(value.data() + 53);
  if (version >= 0xFF || flags > 0xFF) return read;
  if (value.size() > traceparent_size && (version == 0 || value[traceparent_size] != '-')) return read;
  trace_id trace{};
  span_id span{};
  if (!encoding::from_lower_hex(value.data() + 3, trace.bytes) || !encoding::from_lower_hex(value.data() + 36, span.bytes) ||
      !trace.valid() || !span.valid())
    return read;
  read.trace_id = trace;
  read.span_id = span;
  read.sampled = (flags & 0x01) != 0;
  read.remote = true;
  read.random = (flags & 0x02) != 0;
  return read;
}

/// `context` must be valid. Flags that nobody has defined yet are zero.
[[nodiscard]] constexpr meta::fixed_string<traceparent_size> format_traceparent(const span_context& context) noexcept {
  meta::fixed_string<traceparent_size> text{"00-00000000000000000000000000000000-0000000000000000-00"};
  encoding::put_hex(text.value + 3, context.trace_id.bytes, sizeof context.trace_id.bytes);
  encoding::put_hex(text.value + 36, context.span_id.bytes, sizeof context.span_id.bytes);
  text.value[54] = static_cast<char>('0' + (context.sampled ? 1 : 0) + (context.random ? 2 : 0));
  return text;
}

}  // namespace sonde::propagation
