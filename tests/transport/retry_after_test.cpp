// SPDX-License-Identifier: MIT

#include <sonde/transport/retry_after.hpp>

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace {

using sonde::transport::parse_retry_after;
using namespace std::chrono_literals;

constexpr std::time_t now = 1'445'412'420;  // Wed, 21 Oct 2015 07:27:00 GMT

TEST(retry_after, seconds) {
  EXPECT_EQ(parse_retry_after("0", now), 0ms);
  EXPECT_EQ(parse_retry_after(" 120 ", now), 120s);
  EXPECT_EQ(parse_retry_after("99999", now), 99'999s);
}

// Source: RFC 9110, section 5.6.7, for the date's forms.
TEST(retry_after, dates) {
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), 60s);
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:26:00 GMT", now), 0s);
}

TEST(retry_after, anything_else_is_no_wish) {
  for (const char* text : {"", " ", "-1", "soon", "99999999999999999999"}) EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

}  // namespace
