// SPDX-License-Identifier: MIT
// Text made fit for a terminal: what it would obey is escaped, what it can show is left alone.

#include <sonde/encoding/terminal.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::encoding::charset;

std::string printable(std::string_view text, charset shown = charset::utf8, std::size_t longest = SIZE_MAX,
                      bool quoted = false) {
  std::string made;
  sonde::encoding::append_printable(made, {text.data(), text.size()}, shown, longest, quoted);
  return made;
}

TEST(terminal, leaves_text_alone) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("plain \"text\" \\ here"), "plain \"text\" \\ here");
  EXPECT_EQ(printable("grüße 日本 😀"), "grüße 日本 😀");
}

TEST(terminal, escapes_what_a_terminal_obeys) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("a\nb\tc\rd\x7f"), "a\\nb\\tc\\rd\\x7f");
  EXPECT_EQ(printable(std::string_view{"\0", 1}), "\\x00");
  EXPECT_EQ(printable("\xC2\x9B" "31m"), "\\x9b31m") << "CSI as a C1 control";
  EXPECT_EQ(printable("\u202Egpj.exe\u2066\u2028"), "\\u202egpj.exe\\u2066\\u2028");
}

TEST(terminal, replaces_what_is_no_utf8) {
  EXPECT_EQ(printable("a\xFF" "b\xC3"), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD");
  EXPECT_EQ(printable("a\xFF", charset::ascii), "a?");
}

TEST(terminal, shows_ascii_where_there_is_no_more) {
  EXPECT_EQ(printable("grün 日 😀", charset::ascii), "gr\\xfcn \\u65e5 \\U0001f600");
}

TEST(terminal, cuts_by_characters) {
  EXPECT_EQ(printable("日本語", charset::utf8, 2), "日本…");
  EXPECT_EQ(printable("abc", charset::ascii, 2), "ab...");
  EXPECT_EQ(printable("abc", charset::ascii, 3), "abc");
}

TEST(terminal, quotes_within_quotes) { EXPECT_EQ(printable(R"(a"b\c)", charset::utf8, SIZE_MAX, true), R"(a\"b\\c)"); }

TEST(terminal, counts_columns) {
  static_assert(sonde::encoding::columns({"abc", 3}) == 3);
  EXPECT_EQ(sonde::encoding::columns({"日本", 6}), 2u);
}

}  // namespace
