// SPDX-License-Identifier: MIT
// Expected texts: RFC 4648, section 10. The decoder is the test's own, from the RFC's table.

#include <sonde/encoding/base64.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace encoding = sonde::encoding;

constexpr bool becomes(std::string_view bytes, std::string_view expected) {
  char to[16]{};
  char* end = encoding::put_base64(to, {bytes.data(), bytes.size()});
  return std::string_view(to, static_cast<std::size_t>(end - to)) == expected &&
         encoding::base64_size(bytes.size()) == expected.size();
}
constexpr bool writes_the_documents_examples() {
  return becomes("", "") && becomes("f", "Zg==") && becomes("fo", "Zm8=") && becomes("foo", "Zm9v") &&
         becomes("foob", "Zm9vYg==") && becomes("fooba", "Zm9vYmE=") && becomes("foobar", "Zm9vYmFy") &&
         becomes("\xfb\xff\xfe", "+//+");
}
static_assert(writes_the_documents_examples());
TEST(base64, writes_the_documents_examples) { EXPECT_TRUE(writes_the_documents_examples()); }

TEST(base64, reads_back) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::mt19937 random(6);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes(random() % 30, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string digits(encoding::base64_size(bytes.size()), '#');
    ASSERT_EQ(encoding::put_base64(digits.data(), {bytes.data(), bytes.size()}), digits.data() + digits.size());
    std::string bits;
    for (char digit : digits.substr(0, digits.find('='))) {
      const std::size_t value = alphabet.find(digit);
      ASSERT_NE(value, std::string::npos);
      for (unsigned bit = 6; bit-- > 0;) bits.push_back(static_cast<char>(value >> bit & 1));
    }
    std::string read;
    for (std::size_t at = 0; at + 8 <= bits.size(); at += 8) {
      unsigned byte = 0;
      for (std::size_t bit = 0; bit < 8; ++bit) byte = byte * 2 + static_cast<unsigned>(bits[at + bit]);
      read.push_back(static_cast<char>(byte));
    }
    ASSERT_EQ(read, bytes);
  }
}

constexpr bool is_read_as(std::string_view digits, std::string_view expected) {
  char to[16]{};
  const char* end = encoding::get_base64(to, {digits.data(), digits.size()});
  return end != nullptr && std::string_view(to, static_cast<std::size_t>(end - to)) == expected;
}
constexpr bool is_refused(std::string_view digits) {
  char to[16]{};
  return encoding::get_base64(to, {digits.data(), digits.size()}) == nullptr;
}
constexpr bool reads_the_documents_examples() {
  return is_read_as("", "") && is_read_as("Zg==", "f") && is_read_as("Zg", "f") && is_read_as("Zm8=", "fo") &&
         is_read_as("Zm8", "fo") && is_read_as("Zm9v", "foo") && is_read_as("Zm9vYmFy", "foobar") &&
         is_read_as("+//+", "\xfb\xff\xfe") && is_refused("Z") && is_refused("Zm9vY") && is_refused("Zm 8") &&
         is_refused("Zm-8") && is_refused("Zm=8");
}
static_assert(reads_the_documents_examples());
TEST(base64, reads_the_documents_examples) { EXPECT_TRUE(reads_the_documents_examples()); }

}  // namespace
