// SPDX-License-Identifier: MIT

#include <sonde/transport/excerpt.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::environment::pairs;
using sonde::transport::excerpt;

TEST(excerpt, is_one_line_without_control_characters) {
  EXPECT_EQ(excerpt("as it is", {}), "as it is");
  EXPECT_EQ(excerpt("  <html>\r\n\t<h1> Bad\n\n gateway </h1>\n", {}), "<html> <h1> Bad gateway </h1>");
  EXPECT_EQ(excerpt("\x1b[31mred\x07\x7f", {}), "[31mred");
  EXPECT_EQ(excerpt("a\xC2\x9B" "31mb\xC2\x80\xC2\xA0", {}), "a31mb\xC2\xA0") << "U+009B begins a command to terminals, too";
  EXPECT_EQ(excerpt(std::string{"a\0b", 3}, {}), "ab");
  EXPECT_EQ(excerpt("", {}), "");
  EXPECT_EQ(excerpt(" \r\n ", {}), "");
}

TEST(excerpt, is_valid_utf8_whatever_was_said) {
  EXPECT_EQ(excerpt("caf\xC3\xA9 \xF0\x9F\x98\x80", {}), "caf\xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(excerpt("a\xFFz", {}), "a\xEF\xBF\xBDz");
  EXPECT_EQ(excerpt("a\xC2", {}), "a\xEF\xBF\xBD");
}

TEST(excerpt, is_short) {
  EXPECT_EQ(excerpt(std::string(200, 'x'), {}), std::string(200, 'x'));
  EXPECT_EQ(excerpt(std::string(201, 'x'), {}), std::string(200, 'x') + "…");
  EXPECT_EQ(excerpt(std::string(4 << 20, 'x'), {}), std::string(200, 'x') + "…");
  EXPECT_EQ(excerpt(std::string(199, 'x') + "\xC3\xA9", {}), std::string(199, 'x') + "…") << "no character is cut in two";
  EXPECT_EQ(excerpt(std::string(1000, '\n') + "end", {}), "end") << "what is not shown is not counted";
}

TEST(excerpt, masks_every_secret_that_was_sent) {
  const pairs sent{{"x-team", "abcdefghijklmnopqrstuvwxyz"}, {"x-short", "hunter22"}, {"x-word", "otlp"}};
  EXPECT_EQ(excerpt("key abcdefghijklmnopqrstuvwxyz, abcdefghijklmnopqrstuvwxyz!", sent), "key abcd…, abcd…!");
  EXPECT_EQ(excerpt("hunter22 of otlp", sent), "(set) of otlp") << "short values are too likely words";
  EXPECT_EQ(excerpt("abcdefghijklmnopqrstuvwxy", sent), "abcdefghijklmnopqrstuvwxy") << "not the key";
}

TEST(excerpt, masks_a_key_behind_its_scheme) {
  const pairs sent{{"authorization", "Bearer abcdefghijklmnopqrstuvwxyz"}};
  EXPECT_EQ(excerpt("token abcdefghijklmnopqrstuvwxyz is old", sent), "token abcd… is old");
  EXPECT_EQ(excerpt("got Bearer abcdefghijklmnopqrstuvwxyz", sent).find("abcde"), std::string::npos);
}

TEST(excerpt, masks_a_secret_with_control_characters_in_it) {
  const pairs sent{{"x-team", "abcdefghijklmnopqrstuvwxyz"}};
  EXPECT_EQ(excerpt("key abcdefgh\x01ijklmnop\xC2\x85qrstuvwxyz", sent), "key abcd…");
}

TEST(excerpt, masks_a_secret_that_crosses_its_end) {
  const pairs sent{{"x-team", "abcdefghijklmnopqrstuvwxyz"}};
  EXPECT_EQ(excerpt(std::string(190, 'x') + "abcdefghijklmnopqrstuvwxyz", sent), std::string(190, 'x') + "abcd…");
  for (std::size_t before = 0; before < 4000; ++before) {
    const std::string said = std::string(before, ' ') + "abcdefghijklmnopqrstuvwxyz caf\xC3\xA9";
    EXPECT_EQ(excerpt(said, sent).find("abcde"), std::string::npos) << before;
  }
}

}  // namespace
