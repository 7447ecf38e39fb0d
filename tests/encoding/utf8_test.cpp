// SPDX-License-Identifier: MIT
// Judges: the examples of the Unicode Standard (tables 3-8 to 3-11), and nlohmann/json's own decoder over random bytes.

#include <sonde/encoding/utf8.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

namespace encoding = sonde::encoding;
using namespace std::string_view_literals;

constexpr sonde::meta::text text(std::string_view from) { return {from.data(), from.size()}; }
constexpr std::string_view view(sonde::meta::text from) { return {from.data, from.size}; }

constexpr bool becomes(std::string_view from, std::string_view expected) {
  char to[64]{};
  char* end = encoding::put_sanitised(to, text(from));
  return std::string_view(to, static_cast<std::size_t>(end - to)) == expected &&
         encoding::sanitised_size(text(from)) == expected.size();
}

#define R "\xEF\xBF\xBD"
constexpr bool replaces_maximal_subparts() {
  return becomes("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"sv, R R R R R R R R "A") &&    // table 3-8: overlong
         becomes("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"sv, R R R R R R R R "A") &&    // table 3-9: surrogates
         becomes("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"sv, R R R R R "A" R R "B") &&  // table 3-10: others
         becomes("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"sv, R R R R "A") &&            // table 3-11: truncated
         becomes("plain"sv, "plain") && becomes(""sv, "") &&
         becomes("h\u00e9\u65e5\U0001f600"sv, "h\u00e9\u65e5\U0001f600") && becomes("a\xE2\x80"sv, "a" R) &&
         becomes("\xF4\x8F\xBF\xBF"sv, "\xF4\x8F\xBF\xBF");
}
#undef R
static_assert(replaces_maximal_subparts());
TEST(utf8, replaces_maximal_subparts) { EXPECT_TRUE(replaces_maximal_subparts()); }

constexpr bool finds_the_valid_prefix() {
  return encoding::valid_prefix(text("abcdefghijkl\xff")) == 12 &&
         encoding::valid_prefix(text("abcdefgh\u00e9 z\xC3")) == 12 && encoding::valid_prefix(text("\xff")) == 0 &&
         encoding::valid_utf8(text("")) && encoding::valid_utf8(text("\u00e9")) &&
         encoding::ascii_prefix(text("abcdefghi\u00e9")) == 9;
}
static_assert(finds_the_valid_prefix());
TEST(utf8, finds_the_valid_prefix) { EXPECT_TRUE(finds_the_valid_prefix()); }

constexpr bool cuts_between_characters() {
  constexpr std::string_view mixed = "a\u00e9\u65e5\U0001f600z";  // 1, 2, 3, 4 and 1 bytes
  constexpr std::size_t boundaries[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t bytes = 0; bytes < 13; ++bytes)
    if (encoding::cut_bytes(text(mixed), bytes).size != boundaries[bytes]) return false;
  constexpr std::size_t sizes[] = {0, 1, 3, 6, 10, 11, 11};
  for (std::size_t characters = 0; characters < 7; ++characters)
    if (encoding::cut(text(mixed), characters).size != sizes[characters]) return false;
  if (encoding::cut_bytes(text("ab\xF0\x9F\x98zz"), 4).size != 4) return false;  // no character is torn: it was none
  return view(encoding::cut_bytes(text("\x80\x80\x80\x80\x80"), 4)) == "\x80\x80\x80\x80" &&  // nothing to tear apart
         view(encoding::cut(text("\x80\xE2\x80z"), 2)) == "\x80\xE2\x80" && view(encoding::cut(text("ab"), 2)) == "ab";
}
static_assert(cuts_between_characters());
TEST(utf8, cuts_between_characters) { EXPECT_TRUE(cuts_between_characters()); }

TEST(utf8, agrees_with_another_decoder_on_any_bytes) {
  std::mt19937 random(5);
  const std::string_view often = "\xE2\x80\xBF\xC3\xF0\x9F\x98\x80\xED\xA0\xF4\x90\xE0\xC1\xF5 abc"sv;
  int valid = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string bytes(random() % 24, 'a');
    const auto touched = bytes.empty() ? 0 : random() % (bytes.size() + 1);
    for (std::size_t j = 0; j < touched; ++j) bytes[random() % bytes.size()] = often[random() % often.size()];
    const bool theirs = nlohmann::json::accept('"' + bytes + '"');
    valid += theirs;
    ASSERT_EQ(encoding::valid_utf8(text(bytes)), theirs);
    std::string clean(encoding::sanitised_size(text(bytes)), '#');
    ASSERT_EQ(encoding::put_sanitised(clean.data(), text(bytes)), clean.data() + clean.size());
    const auto replaced = nlohmann::json(bytes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    ASSERT_EQ(clean, nlohmann::json::parse(replaced).get<std::string>());
    for (std::size_t at = 0; at <= clean.size(); ++at)
      ASSERT_TRUE(encoding::valid_utf8(encoding::cut_bytes(text(clean), at)));
  }
  EXPECT_GT(valid, 1000);
  EXPECT_LT(valid, 49000);
}

}  // namespace
