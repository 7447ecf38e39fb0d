// SPDX-License-Identifier: MIT

#include <sonde/encoding/decimal.hpp>

#include <limits>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace encoding = sonde::encoding;

constexpr bool writes_the_extremes() {
  char digits[encoding::max_integer_size]{};
  const auto wrote = [&](char* end, std::string_view expected) {
    return std::string_view(digits, static_cast<std::size_t>(end - digits)) == expected;
  };
  return wrote(encoding::put_integer(digits, 0), "0") && wrote(encoding::put_integer(digits, -1), "-1") &&
         wrote(encoding::put_integer(digits, std::numeric_limits<std::int64_t>::min()), "-9223372036854775808") &&
         wrote(encoding::put_integer(digits, std::numeric_limits<std::int64_t>::max()), "9223372036854775807") &&
         wrote(encoding::put_unsigned(digits, std::numeric_limits<std::uint64_t>::max()), "18446744073709551615") &&
         wrote(encoding::put_padded(digits, 42, 9), "000000042") && wrote(encoding::put_padded(digits, 0, 0), "");
}
static_assert(writes_the_extremes());
TEST(decimal, writes_the_extremes) { EXPECT_TRUE(writes_the_extremes()); }

TEST(decimal, writes_what_the_standard_library_writes) {
  std::mt19937_64 random(3);
  const auto check = [](std::uint64_t value) {
    char digits[encoding::max_integer_size];
    ASSERT_EQ(std::string(digits, encoding::put_unsigned(digits, value)), std::to_string(value));
    ASSERT_EQ(encoding::unsigned_size(value), std::to_string(value).size());
    const auto integer = static_cast<std::int64_t>(value);
    ASSERT_EQ(std::string(digits, encoding::put_integer(digits, integer)), std::to_string(integer));
    ASSERT_EQ(encoding::integer_size(integer), std::to_string(integer).size());
  };
  for (std::uint64_t value = 0; value < 20000; ++value) check(value);
  for (std::uint64_t power = 10; power < 10'000'000'000'000'000'000u; power *= 10)
    for (std::uint64_t value : {power - 1, power, power + 1, 0 - power}) check(value);
  for (int i = 0; i < 100000; ++i) check(random() >> (random() % 64));
}

}  // namespace
