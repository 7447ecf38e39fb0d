// SPDX-License-Identifier: MIT

#include <sonde/environment/syntax.hpp>

#include <clocale>
#include <cstdint>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using environment::number_error;

static_assert(environment::trimmed(" \ta b\r\n") == "a b");
static_assert(environment::trimmed(" \t ").empty() && environment::trimmed("").empty());
static_assert(environment::same_ignoring_case("TrUe", "tRuE") && !environment::same_ignoring_case("true", "tru"));
static_assert(!environment::same_ignoring_case("[", "{"), "only letters have a case");
static_assert(environment::contains_ignoring_case("my_Api_Key", "KEY") &&
              !environment::contains_ignoring_case("ke", "key"));

static_assert(environment::is_placeholder("${HONEYCOMB_API_KEY}") && environment::is_placeholder("${KEY:-none}"));
static_assert(environment::is_placeholder("$HONEYCOMB_API_KEY") && environment::is_placeholder("$k2"));
static_assert(!environment::is_placeholder("${A}b") && !environment::is_placeholder("a${A}"));
static_assert(!environment::is_placeholder("${A}${B}") && !environment::is_placeholder("${}"));
static_assert(!environment::is_placeholder("$") && !environment::is_placeholder("$5") &&
              !environment::is_placeholder("$a-b"));
static_assert(environment::has_placeholder("http://${HOST}:4318") && !environment::has_placeholder("}${"));

TEST(syntax, percent_encoding_is_undone_and_plus_stays) {
  EXPECT_EQ(environment::percent_decoded("a%2Cb%2c+%20"), "a,b,+ ");
  EXPECT_EQ(environment::percent_decoded("%00%fF"), (std::string{"\0\xff", 2}));
  EXPECT_EQ(environment::percent_decoded(""), "");
}

TEST(syntax, broken_percent_encoding_is_noticed) {
  for (const char* broken : {"%", "a%", "%2", "%2g", "%g2", "%%20", "%-1", "% 1"})
    EXPECT_EQ(environment::percent_decoded(broken), std::nullopt) << broken;
}

TEST(syntax, a_number_is_the_whole_text) {
  std::int64_t number = 7;
  for (const char* wrong : {"", "12x", "x", "1 2", " 12", "+1", "1.0", "0x10", "-", "1e3"})
    EXPECT_EQ(environment::parse_number(wrong, number), number_error::not_a_number) << wrong;
  EXPECT_EQ(environment::parse_number("9223372036854775808", number), number_error::out_of_range);
  EXPECT_EQ(number, 7);
  EXPECT_EQ(environment::parse_number("-9223372036854775808", number), number_error::none);
  EXPECT_EQ(number, INT64_MIN);
}

TEST(syntax, a_decimal_point_is_a_point_in_every_locale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* comma_locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"})
    if (std::setlocale(LC_ALL, comma_locale) != nullptr) break;
  double number = 0;
  EXPECT_EQ(environment::parse_number("0.25", number), number_error::none);
  EXPECT_EQ(environment::parse_number("0,25", number), number_error::not_a_number);
  EXPECT_EQ(environment::written(0.25), "0.25");
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(number, 0.25);
  EXPECT_EQ(environment::parse_number("1e400", number), number_error::out_of_range);
}

}  // namespace
