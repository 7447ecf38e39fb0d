// SPDX-License-Identifier: MIT
// Judge of dates: gmtime_r and strftime.

#include <sonde/encoding/time_text.hpp>

#include <ctime>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace encoding = sonde::encoding;

constexpr bool time_is(std::uint64_t unix_nano, std::string_view expected) {
  char text[encoding::max_rfc3339_size]{};
  char* end = encoding::put_rfc3339(text, unix_nano);
  return std::string_view(text, static_cast<std::size_t>(end - text)) == expected;
}
constexpr bool writes_moments() {
  return time_is(0, "1970-01-01T00:00:00Z") && time_is(1795235104'123456789, "2026-11-21T04:25:04.123456789Z") &&
         time_is(1795235104'123456000, "2026-11-21T04:25:04.123456Z") &&
         time_is(1795235104'120000000, "2026-11-21T04:25:04.120Z") &&
         time_is(1795235104'000000001, "2026-11-21T04:25:04.000000001Z") &&
         time_is(951782400'000000000, "2000-02-29T00:00:00Z") &&
         time_is(std::numeric_limits<std::uint64_t>::max(), "2554-07-21T23:34:33.709551615Z");
}
static_assert(writes_moments());
TEST(time_text, writes_moments) { EXPECT_TRUE(writes_moments()); }

TEST(time_text, agrees_with_the_system_on_every_day) {
  std::mt19937_64 random(7);
  for (std::uint64_t day = 0; day < 213503; ++day) {
    const std::uint64_t seconds = day * 86400 + random() % 86400;
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char expected[40];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
    char text[encoding::max_rfc3339_size];
    ASSERT_EQ(std::string(text, encoding::put_rfc3339(text, seconds * 1'000'000'000)), expected);
  }
}

constexpr bool lasts(std::uint64_t nanos, std::string_view expected) {
  char text[encoding::max_duration_size]{};
  char* end = encoding::put_duration(text, nanos);
  return std::string_view(text, static_cast<std::size_t>(end - text)) == expected;
}
constexpr bool writes_durations() {
  return lasts(0, "0 ns") && lasts(412, "412 ns") && lasts(999, "999 ns") && lasts(1000, "1 µs") &&
         lasts(1004, "1 µs") && lasts(1005, "1.01 µs") && lasts(12'340, "12.3 µs") && lasts(9'996, "10 µs") &&
         lasts(999'499, "999 µs") && lasts(999'500, "1 ms") && lasts(1'230'000, "1.23 ms") &&
         lasts(2'500'000'000, "2.5 s") && lasts(999'500'000, "1 s") && lasts(59'949'999'999, "59.9 s") &&
         lasts(59'950'000'000, "1 min") && lasts(60'000'000'000, "1 min") && lasts(125'900'000'000, "2 min 5 s") &&
         lasts(5'400'000'000'000, "1 h 30 min") && lasts(3'600'000'000'000, "1 h") &&
         lasts(273'600'000'000'000, "3 d 4 h") && lasts(std::numeric_limits<std::uint64_t>::max(), "213503 d 23 h");
}
static_assert(writes_durations());
TEST(time_text, writes_durations) { EXPECT_TRUE(writes_durations()); }

}  // namespace
