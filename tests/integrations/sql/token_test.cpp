// SPDX-License-Identifier: MIT

#include <sonde/integrations/sql/token.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::sql::token;
using sonde::sql::token_type;
using sonde::sql::tokens;

std::vector<token> all(std::string_view sql) {
  std::vector<token> found;
  tokens read{sql};
  for (token each; read.next(each);) found.push_back(each);
  return found;
}
token only(std::string_view sql) {
  const auto found = all(sql);
  EXPECT_EQ(found.size(), 1u) << sql;
  return found.empty() ? token{} : found[0];
}

constexpr bool works_at_compile_time() {
  tokens read{"select 'a''b'"};
  token first, second, third;
  return read.next(first) && read.next(second) && !read.next(third) && first.is("SELECT") &&
         second.type == token_type::text && second.text == "'a''b'" && second.spaced;
}
static_assert(works_at_compile_time());

TEST(sql_token, tells_names_from_values) {
  for (const char* name : {"activities", "a1", "_x", "größe", "x$y"}) EXPECT_EQ(only(name).type, token_type::word) << name;
  for (const char* name : {"\"a b\"", "\"a\"\"b\"", "`a`", "[a b]", "[a\"]", "\"a''b\""})
    EXPECT_EQ(only(name).type, token_type::quoted) << name;
  for (const char* value : {"'a'", "''", "'it''s'", "x'00ff'", "X''", "'a -- b'", "'a /* b'", "'\"'"})
    EXPECT_EQ(only(value).type, token_type::text) << value;
  for (const char* value : {"0", "12", ".5", "5.", "1.5e10", "1e+5", "1E-5", "0xFFee", "1_000"})
    EXPECT_EQ(only(value).type, token_type::number) << value;
  for (const char* slot : {"?", "?12", ":name", "@name", "$name", "#1"})
    EXPECT_EQ(only(slot).type, token_type::placeholder) << slot;
  for (const char* sign : {"(", "*", ":", "$", "@", ".", ";"}) EXPECT_EQ(only(sign).type, token_type::sign) << sign;
}

TEST(sql_token, comments_are_blanks) {
  EXPECT_EQ(all("-- a 'b\nc").size(), 1u);
  EXPECT_EQ(all("a/*b*/c").size(), 2u);
  EXPECT_TRUE(all("a/*b*/c")[1].spaced);
  EXPECT_EQ(all("a -- to the end").size(), 1u);
  EXPECT_EQ(all("a /* never closed").size(), 1u);
  EXPECT_EQ(all("/**/").size(), 0u);
  EXPECT_EQ(all("/*/ still inside */ a").size(), 1u);
  EXPECT_EQ(all("a-b").size(), 3u);
  EXPECT_EQ(all("a/b").size(), 3u);
}

TEST(sql_token, a_quote_left_open_reaches_to_the_end) {
  EXPECT_EQ(only("'secret; DROP").type, token_type::text);
  EXPECT_EQ(only("x'00").text, "x'00");
  EXPECT_EQ(only("\"name").text, "\"name");
  EXPECT_EQ(only("'a''").text, "'a''");
}

TEST(sql_token, signs_of_a_sum_are_no_part_of_a_number) {
  EXPECT_EQ(all("1+2").size(), 3u);
  EXPECT_EQ(all("1e+x").size(), 3u);
  EXPECT_EQ(all("-1").size(), 2u);
}

TEST(sql_token, keywords_are_known_in_any_case) {
  EXPECT_TRUE(only("SeLeCt").is("SELECT"));
  EXPECT_FALSE(only("\"select\"").is("SELECT"));
  EXPECT_FALSE(only("selected").is("SELECT"));
}

TEST(sql_token, any_bytes_come_to_an_end_and_none_is_lost) {
  std::mt19937 random{7};
  const char characters[] = "'\"`[]()-/*\n ;.,x0?:$e+a\xff";  // and the zero at its end
  const std::string_view alphabet{characters, sizeof characters};
  for (int round = 0; round < 20000; ++round) {
    std::string sql(random() % 40, ' ');
    for (char& c : sql) c = alphabet[random() % alphabet.size()];
    std::size_t end = 0;
    for (const token& each : all(sql)) {
      ASSERT_FALSE(each.text.empty());
      const auto begin = static_cast<std::size_t>(each.text.data() - sql.data());
      ASSERT_GE(begin, end);
      ASSERT_EQ(each.spaced, begin != end);
      end = begin + each.text.size();
      ASSERT_LE(end, sql.size());
    }
  }
}

}  // namespace
