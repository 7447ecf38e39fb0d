// SPDX-License-Identifier: MIT
#pragma once

// The ids of the example in W3C Trace Context, and ids from their digits, for the tests of propagation.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/span_context.hpp>

namespace propagation_test {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Digit by digit, unlike the code under test.
template <class Id>
constexpr Id id_of(std::string_view digits) {
  Id id{};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10;
    id.bytes[i / 2] = static_cast<unsigned char>(id.bytes[i / 2] * 16 + value);
  }
  return id;
}
constexpr sonde::trace_id trace(std::string_view digits) { return id_of<sonde::trace_id>(digits); }
constexpr sonde::span_id span(std::string_view digits) { return id_of<sonde::span_id>(digits); }

inline constexpr std::string_view example_traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
inline constexpr std::string_view example_trace_digits = "4bf92f3577b34da6a3ce929d0e0e4736";
inline constexpr std::string_view example_span_digits = "00f067aa0ba902b7";
inline constexpr sonde::span_context example{
    .trace_id = trace(example_trace_digits), .span_id = span(example_span_digits), .sampled = true, .remote = true};

constexpr sonde::field_lines lines(std::initializer_list<std::string_view> texts) {
  sonde::field_lines made;
  for (const std::string_view text : texts) made.add({text.data(), text.size()});
  return made;
}

/// The value of the only header of that name, in this spelling; its count where there is not one.
inline std::string value_of(const header_list& headers, std::string_view name) {
  std::string value;
  int count = 0;
  for (const auto& [each, text] : headers)
    if (each == name) value = text, ++count;
  return count == 1 ? value : "(" + std::to_string(count) + " headers)";
}
inline constexpr const char* missing = "(0 headers)";

}  // namespace propagation_test
