// SPDX-License-Identifier: MIT

#include <sonde/context/span_context.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace {

constexpr sonde::trace_id some_trace{{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6,  //
                                      0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}};
constexpr sonde::span_id some_span{{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}};

// The ids of the example in W3C Trace Context, "traceparent".
constexpr bool writes_hex() {
  const auto trace = some_trace.to_hex();
  const auto span = some_span.to_hex();
  return std::string_view{trace.data(), trace.size()} == "4bf92f3577b34da6a3ce929d0e0e4736" &&
         std::string_view{span.data(), span.size()} == "00f067aa0ba902b7";
}
static_assert(writes_hex());
TEST(span_context, writes_hex) { EXPECT_TRUE(writes_hex()); }

constexpr bool is_valid_with_both_ids() {
  return !sonde::span_context{}.valid() && !sonde::span_context{.trace_id = some_trace}.valid() &&
         !sonde::span_context{.span_id = some_span}.valid() &&
         sonde::span_context{.trace_id = some_trace, .span_id = some_span}.valid() &&
         sonde::span_context{.trace_id = {{15, 0}}, .span_id = {{0, 0, 0, 0, 0, 0, 0, 1}}}.valid();
}
static_assert(is_valid_with_both_ids());
TEST(span_context, is_valid_with_both_ids) { EXPECT_TRUE(is_valid_with_both_ids()); }

constexpr bool compares_all_it_holds() {
  const sonde::span_context one{some_trace, some_span, true, false};
  return one == sonde::span_context{some_trace, some_span, true, false} &&
         !(one == sonde::span_context{some_trace, some_span, false, false}) &&
         !(one == sonde::span_context{some_trace, some_span, true, true}) &&
         !(one == sonde::span_context{some_trace, {}, true, false});
}
static_assert(compares_all_it_holds());
TEST(span_context, compares_all_it_holds) { EXPECT_TRUE(compares_all_it_holds()); }

}  // namespace
