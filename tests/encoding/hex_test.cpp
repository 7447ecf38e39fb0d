// SPDX-License-Identifier: MIT

#include <sonde/encoding/hex.hpp>

#include <algorithm>
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

// Every character at every place of a word, against the definition; two bytes are too few for the path by words.
constexpr bool knows_digits_in_words() {
  for (int place = 0; place < 8; ++place)
    for (int code = 0; code < 256; ++code) {
      char digits[] = "01234567";
      digits[place] = static_cast<char>(code);
      const bool digit = code >= '0' && code <= '9';
      const bool lower = code >= 'a' && code <= 'f';
      const bool upper = code >= 'A' && code <= 'F';
      unsigned char bytes[4]{};
      if (encoding::from_hex({digits, 8}, bytes, 4) != (digit || lower || upper)) return false;
      if (encoding::from_hex({digits, 8}, bytes, 4, encoding::hex_case::lower) != (digit || lower)) return false;
      if (!digit && !lower && !upper) continue;
      const int value = code - (digit ? '0' : lower ? 'a' - 10 : 'A' - 10);
      const int nibble = place % 2 == 0 ? bytes[place / 2] >> 4 : bytes[place / 2] & 15;
      if (nibble != value) return false;
    }
  return true;
}
TEST(hex, knows_digits_in_words) { EXPECT_TRUE(knows_digits_in_words()); }

// As ids are read: the same by vector registers, and by words where the compiler does it.
constexpr bool knows_digits_in_ids() {
  for (int place = 0; place < 32; ++place)
    for (int code = 0; code < 256; ++code) {
      char digits[] = "0123456789abcdef00112233445566ff";
      digits[place] = static_cast<char>(code);
      const bool digit = code >= '0' && code <= '9';
      const bool lower = code >= 'a' && code <= 'f';
      unsigned char bytes[16]{7};
      unsigned char expected[16]{7};
      if (encoding::from_lower_hex(digits, bytes) != (digit || lower)) return false;
      if (digit || lower)
        for (int i = 0; i < 16; ++i)
          expected[i] = static_cast<unsigned char>(encoding::hex_digit(digits[2 * i]) * 16 + encoding::hex_digit(digits[2 * i + 1]));
      for (int i = 0; i < 16; ++i)
        if (bytes[i] != expected[i]) return false;
    }
  return true;
}
TEST(hex, knows_digits_in_ids) { EXPECT_TRUE(knows_digits_in_ids()); }

constexpr bool reads_ids_while_compiling() {
  unsigned char bytes[8]{};
  return encoding::from_lower_hex("00f067aa0ba902b7", bytes) && bytes[1] == 0xF0 && bytes[7] == 0xB7 &&
         !encoding::from_lower_hex("00f067aa0ba902B7", bytes);
}
static_assert(reads_ids_while_compiling());

constexpr bool knows_digits_in_bytes() {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const char digits[]{static_cast<char>(first), static_cast<char>(second)};
      unsigned char byte = 0;
      const bool right = encoding::from_hex({digits, 2}, &byte, 1, encoding::hex_case::lower);
      const unsigned found = encoding::lower_hex_byte(digits);
      if (right ? found != byte : found <= 0xFF) return false;
    }
  return true;
}
TEST(hex, knows_digits_in_bytes) { EXPECT_TRUE(knows_digits_in_bytes()); }

constexpr bool may_refuse_upper_case() {
  unsigned char bytes[1]{};
  return encoding::from_hex({"aF", 2}, bytes, 1) && bytes[0] == 0xAF &&
         !encoding::from_hex({"aF", 2}, bytes, 1, encoding::hex_case::lower) &&
         !encoding::from_hex({"Af", 2}, bytes, 1, encoding::hex_case::lower) &&
         encoding::from_hex({"9f", 2}, bytes, 1, encoding::hex_case::lower) && bytes[0] == 0x9F;
}
static_assert(may_refuse_upper_case());
TEST(hex, may_refuse_upper_case) { EXPECT_TRUE(may_refuse_upper_case()); }

constexpr bool leaves_bytes_alone_where_a_later_word_is_wrong() {
  unsigned char bytes[9]{7, 7, 7, 7, 7, 7, 7, 7, 7};
  for (sonde::meta::text wrong : {sonde::meta::text{"0011223344556677g9", 18},
                                  {"00112233445566x789", 18},
                                  {"001122334455667789aa", 20}})
    if (encoding::from_hex(wrong, bytes, 9)) return false;
  for (unsigned char byte : bytes)
    if (byte != 7) return false;
  return encoding::from_hex({"00112233445566778F", 18}, bytes, 9) && bytes[8] == 0x8F && bytes[4] == 0x44;
}
static_assert(leaves_bytes_alone_where_a_later_word_is_wrong());
TEST(hex, leaves_bytes_alone_where_a_later_word_is_wrong) {
  EXPECT_TRUE(leaves_bytes_alone_where_a_later_word_is_wrong());
}

TEST(hex, writes_words_as_it_writes_bytes) {
  for (unsigned seed = 0; seed < 65536; seed += 17) {
    const unsigned char bytes[7]{static_cast<unsigned char>(seed),          static_cast<unsigned char>(seed >> 8),
                                 static_cast<unsigned char>(seed * 31),     static_cast<unsigned char>(seed * 77 >> 4),
                                 static_cast<unsigned char>(255 - seed % 256), 0x0A, 0xF9};
    std::string expected;
    for (unsigned char byte : bytes) {
      char two[3];
      std::snprintf(two, sizeof two, "%02x", unsigned{byte});
      expected += two;
    }
    char digits[14];
    EXPECT_EQ(encoding::put_hex(digits, bytes, 7), digits + 14);
    EXPECT_EQ(std::string(digits, 14), expected);
    unsigned char read[7]{};
    EXPECT_TRUE(encoding::from_hex({digits, 14}, read, 7, encoding::hex_case::lower));
    EXPECT_TRUE(std::equal(bytes, bytes + 7, read));
  }
}

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
