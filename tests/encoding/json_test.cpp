// SPDX-License-Identifier: MIT
// Judge: nlohmann/json reads what we wrote, and compares.

#include <sonde/encoding/json.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

namespace encoding = sonde::encoding;
using namespace std::string_view_literals;

std::string escaped(std::string_view text) {
  std::string out(encoding::escaped_size({text.data(), text.size()}) + 1, '#');
  char* end = encoding::put_escaped(out.data(), {text.data(), text.size()});
  EXPECT_EQ(end, out.data() + out.size() - 1);
  EXPECT_EQ(out.back(), '#');
  out.pop_back();
  return out;
}

template <sonde::meta::fixed_string Text>
constexpr std::string_view constant{encoding::json_escaped<Text>.value, encoding::json_escaped<Text>.size()};

constexpr bool escapes_when_compiled() {
  return constant<""> == ""sv && constant<"plain text, \x7f"> == "plain text, \x7f"sv &&
         constant<"a\"b\\c/"> == R"(a\"b\\c/)"sv && constant<"\b\f\n\r\t\x01\x1f"> == R"(\b\f\n\r\t\u0001\u001f)"sv &&
         constant<"a\0b"> == R"(a\u0000b)"sv &&
         constant<"\u2027\u2028\u2029\u202a"> == "\xE2\x80\xA7\\u2028\\u2029\xE2\x80\xAA"sv &&
         constant<"\xff h\xC3\xA9"> == "\xEF\xBF\xBD h\xC3\xA9"sv;
}
static_assert(escapes_when_compiled());
TEST(json, escapes_when_compiled) { EXPECT_TRUE(escapes_when_compiled()); }

TEST(json, escapes_every_ascii_byte_at_every_place_of_a_block) {
  for (std::size_t place = 0; place < 20; ++place) {
    for (int byte = 0; byte < 128; ++byte) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      const std::string written = escaped(text);
      ASSERT_EQ(nlohmann::json::parse('"' + written + '"').get<std::string>(), text) << byte << " at " << place;
      ASSERT_EQ('"' + written + '"', nlohmann::json(text).dump()) << byte << " at " << place;
    }
  }
}

TEST(json, makes_any_bytes_a_valid_string) {
  std::mt19937 random(2);
  // Mostly bytes that begin or continue sequences, so that they meet.
  const std::string_view often = "\xE2\x80\xA8\xA9\xC3\xF0\x9F\x98\x80\xED\xA0\xF4\x90\xE0\"\\\n a"sv;
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& byte : text)
      byte = random() % 4 != 0 ? often[random() % often.size()] : static_cast<char>(random() % 256);
    const std::string written = escaped(text);
    // nlohmann's own writer replaces ill-formed bytes too; reading both must give the same text.
    const std::string theirs = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    ASSERT_EQ(nlohmann::json::parse('"' + written + '"'), nlohmann::json::parse(theirs)) << theirs;
    ASSERT_EQ(written.find("\xE2\x80\xA8"), std::string::npos);
    ASSERT_EQ(written.find("\xE2\x80\xA9"), std::string::npos);
    ASSERT_LE(written.size(), text.size() * encoding::max_escape);
  }
}

}  // namespace
