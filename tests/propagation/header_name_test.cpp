// SPDX-License-Identifier: MIT

#include <sonde/propagation/header_name.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/environment/syntax.hpp>

namespace {

namespace header = sonde::propagation::header;

// Each name with each byte at each place, against the comparison that goes character by character.
TEST(header_name, is_compared_in_any_case_and_exactly) {
  for (const auto& name : {header::traceparent, header::tracestate, header::baggage, header::xray, header::b3,
                           header::b3_trace_id, header::b3_span_id, header::b3_parent_span_id, header::b3_sampled,
                           header::b3_flags})
    for (std::size_t place = 0; place < name.size(); ++place)
      for (int code = 0; code < 256; ++code) {
        std::string given{std::string_view{name}};
        given[place] = static_cast<char>(code);
        EXPECT_EQ(name.is(given), sonde::environment::same_ignoring_case(given, name)) << given;
      }
}

constexpr bool is_compared_at_compile_time() {
  return header::traceparent.is("TraceParent") && !header::traceparent.is("TraceParens") && header::xray.is("x-amzn-trace-id") &&
         header::b3.is("B3") && !header::b3.is("B4") && std::string_view{header::xray} == "X-Amzn-Trace-Id";
}
static_assert(is_compared_at_compile_time());
TEST(header_name, is_compared_at_compile_time) { EXPECT_TRUE(is_compared_at_compile_time()); }

}  // namespace
