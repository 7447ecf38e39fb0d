// SPDX-License-Identifier: MIT
#pragma once

// Zipkin's headers: `b3: <trace id>-<span id>-<state>-<parent>`, and the older X-B3-TraceId, X-B3-SpanId, X-B3-Sampled and
// X-B3-Flags. Source: openzipkin/b3-propagation.

#include <cstddef>
#include <string_view>

#include <sonde/context/span_context.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/meta/fixed_string.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

/// 128 bits, or 64 that fill the right half; an invalid id for anything else.
[[nodiscard]] constexpr trace_id parse_b3_trace_id(std::string_view digits) noexcept {
  trace_id id{};
  const std::size_t size = digits.size() == 16 ? 8 : 16;
  static_cast<void>(encoding::from_hex(borrowed(digits), id.bytes + 16 - size, size, encoding::hex_case::lower));
  return id;
}
[[nodiscard]] constexpr span_id parse_b3_span_id(std::string_view digits) noexcept {
  span_id id{};
  static_cast<void>(encoding::from_hex(borrowed(digits), id.bytes, sizeof id.bytes, encoding::hex_case::lower));
  return id;
}

/// The value of `b3`; an invalid context where it is malformed, or no more than a decision (`b3: 0`): there is no trace to
/// apply that to. The parent of the caller's span is of no use here.
[[nodiscard]] constexpr span_context parse_b3(std::string_view value) noexcept {
  value = without_blanks(value);
  if (value.find_first_of(" \t") != std::string_view::npos) return {};
  std::string_view part[5]{};
  std::size_t count = 0;
  for (pieces list{value, '-'}; count < 5 && list.next(part[count]);) ++count;
  if (count < 2 || count > 4) return {};
  span_context context{.trace_id = parse_b3_trace_id(part[0]), .span_id = parse_b3_span_id(part[1]), .remote = true};
  context.undecided = count == 2;
  context.sampled = part[2] == "1" || part[2] == "d";
  const bool known_state = count == 2 || context.sampled || part[2] == "0";
  const bool well_formed = known_state && (count < 4 || parse_b3_span_id(part[3]).valid());
  return context.valid() && well_formed ? context : span_context{};
}

/// The values of the X-B3 headers, empty where they are missing. A state that makes no sense leaves the decision open.
struct b3_headers {
  std::string_view trace_id{};
  std::string_view span_id{};
  std::string_view sampled{};
  std::string_view flags{};

  [[nodiscard]] constexpr span_context parse() const noexcept {
    span_context context{.trace_id = parse_b3_trace_id(trace_id), .span_id = parse_b3_span_id(span_id), .remote = true};
    if (!context.valid()) return {};
    const bool debug = flags == "1";
    const bool yes = debug || sampled == "1" || sampled == "true";  // old senders spell it
    const bool no = sampled == "0" || sampled == "false";
    context.sampled = yes;
    context.undecided = !yes && !no;
    return context;
  }
};

/// `<trace id>-<span id>-<state>`; without the state, two characters less, where the decision is open.
[[nodiscard]] constexpr meta::fixed_string<51> format_b3(const span_context& context) noexcept {
  meta::fixed_string<51> text;
  char* at = encoding::put_hex(text.value, context.trace_id.bytes, sizeof context.trace_id.bytes);
  *at++ = '-';
  at = encoding::put_hex(at, context.span_id.bytes, sizeof context.span_id.bytes);
  *at++ = '-';
  *at = context.sampled ? '1' : '0';
  return text;
}
[[nodiscard]] constexpr std::size_t b3_size(const span_context& context) noexcept { return context.undecided ? 49 : 51; }

}  // namespace sonde::propagation
