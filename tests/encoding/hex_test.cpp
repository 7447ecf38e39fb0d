// SPDX-License-Identifier: MIT

#include <sonde/encoding/hex.hpp>

#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace encoding = sonde::encoding;

constexpr bool reads_both_cases() {
  unsigned char bytes[3]{};
  return encoding::from_hex({"00aBFf", 6}, bytes, 3) && bytes[0] == 0x00 && bytes[1] == 0xAB && bytes[2] == 0xFF;
}
static_assert(reads_both_cases());
TEST(hex, reads_both_cases) { EXPECT_TRUE(reads_both_cases()); }

constexpr bool refuses_anything_else() {
  unsigned char bytes[2]{7, 7};
  for (sonde::meta::text wrong : {sonde::meta::text{"", 0},
                                  {"12", 2},
                                  {"123", 3},
                                  {"12345", 5},
                                  {"123456", 6},
                                  {"12 4", 4},
                                  {"123g", 4},
                                  {"12/4", 4},
                                  {"12:4", 4},
                                  {"12@4", 4},
                                  {"12G4", 4},
                                  {"12`4", 4}})
    if (encoding::from_hex(wrong, bytes, 2) || bytes[0] != 7 || bytes[1] != 7) return false;
  return true;
}
static_assert(refuses_anything_else());
TEST(hex, refuses_anything_else) { EXPECT_TRUE(refuses_anything_else()); }

TEST(hex, writes_what_printf_writes_and_reads_it_back) {
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<unsigned char>(value);
    char expected[3];
    std::snprintf(expected, sizeof expected, "%02x", value);
    char digits[2];
    EXPECT_EQ(encoding::put_hex(digits, &byte, 1), digits + 2);
    EXPECT_EQ(std::string(digits, 2), expected);
    unsigned char read = 0;
    EXPECT_TRUE(encoding::from_hex({digits, 2}, &read, 1));
    EXPECT_EQ(read, byte);
  }
}

}  // namespace
