// SPDX-License-Identifier: MIT
// Judges: strtod and nlohmann/json read back what we wrote.

#include <sonde/encoding/json_number.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

namespace encoding = sonde::encoding;

std::string written(double value) {
  char text[encoding::max_number_size];
  return {text, encoding::put_number(text, value)};
}

TEST(json_number, names_what_is_not_finite) {
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(written(-std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
}

TEST(json_number, writes_the_shortest) {
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1.0), "1");
  EXPECT_EQ(written(-0.0), "-0");
  EXPECT_EQ(written(5e-324), "5e-324");
  EXPECT_EQ(written(-std::numeric_limits<double>::min()).size(), encoding::max_number_size);
}

TEST(json_number, reads_back_as_the_same_value) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 200000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = written(value);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)), std::bit_cast<std::uint64_t>(value))
        << text;
    ASSERT_TRUE(nlohmann::json::accept(text)) << text;
  }
}

}  // namespace
