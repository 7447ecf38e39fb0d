// SPDX-License-Identifier: MIT

#include <sonde/context/xray_trace_id.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

// Source: AWS X-Ray developer guide, "Sending trace data to AWS X-Ray", "Trace ID".
TEST(xray_trace_id, has_the_digits_of_the_w3c_id_in_three_parts) {
  constexpr sonde::trace_id id{{0x58, 0x1c, 0xf7, 0x71, 0xa0, 0x06, 0x64, 0x91, 0x27, 0xe3, 0x71, 0x90, 0x3a, 0x2d, 0xe9, 0x79}};
  constexpr auto text = sonde::context::xray_trace_id(id);
  EXPECT_EQ(std::string(text.data(), text.size()), "1-581cf771-a006649127e371903a2de979");
}

}  // namespace
