// SPDX-License-Identifier: MIT

#include <sonde/aws/expiration.hpp>

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace {

using sonde::aws::parse_expiration;
using seconds_since_1970 = std::optional<long long>;

seconds_since_1970 parsed(std::string_view text) {
  const auto time = parse_expiration(text);
  if (!time) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
}

// The numbers are what `date -u -d <text> +%s` prints.
TEST(expiration, is_read_as_rfc_3339) {
  EXPECT_EQ(parsed("2026-11-21T15:04:05Z"), 1795273445);
  EXPECT_EQ(parsed("2024-02-29t23:59:59z"), 1709251199);
  EXPECT_EQ(parsed("2026-11-21 15:04:05.999Z"), 1795273445);
  EXPECT_EQ(parsed("2026-11-21T15:04:05+05:30"), 1795253645);
  EXPECT_EQ(parsed("2026-11-21T15:04:05-00:30"), 1795275245);
  EXPECT_EQ(parsed("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parsed("2016-12-31T23:59:60Z"), 1483228800) << "a leap second";
}

TEST(expiration, after_2200_does_not_overflow_the_clock) {
  EXPECT_EQ(parsed("9999-12-31T23:59:59Z"), parsed("2200-12-31T23:59:59Z"));
  EXPECT_GT(parsed("9999-12-31T23:59:59Z"), parsed("2199-12-31T23:59:59Z"));
}

TEST(expiration, that_is_no_time_is_refused) {
  for (const char* wrong :
       {"", "never", "1795273445", "2026-11-21", "2026-11-21T15:04:05", "2026-11-21T15:04Z", "2026-13-21T15:04:05Z",
        "2026-00-21T15:04:05Z", "2026-02-30T15:04:05Z", "2026-11-21T24:04:05Z", "2026-11-21T15:60:05Z",
        "2026-11-21T15:04:61Z", "2026-11-21T15:04:05.Z", "2026-11-21T15:04:05+0530", "2026-11-21T15:04:05+05:3",
        "2026-11-21T15:04:05Zx", " 2026-11-21T15:04:05Z", "2026-11-21X15:04:05Z", "2026/11/21T15:04:05Z",
        "2026-11-21T15-04-05Z", "20x6-11-21T15:04:05Z", "-026-11-21T15:04:05Z", "0001-01-01T00:00:00Z"})
    EXPECT_EQ(parsed(wrong), std::nullopt) << wrong;
}

}  // namespace
