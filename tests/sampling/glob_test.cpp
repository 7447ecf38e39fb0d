// SPDX-License-Identifier: MIT
// Wildcards: what matches, and that nothing takes exponential time. tests/interop compares with AWS's own SDK.

#include <sonde/sampling/glob.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::sampling::matches_glob;

constexpr bool whole_texts_match_in_any_case() {
  return matches_glob("/api/Home", "/API/home") && !matches_glob("/api", "/api/") && !matches_glob("/api/", "/api") &&
         matches_glob("", "") && !matches_glob("", "a") && !matches_glob("a", "");
}
constexpr bool a_star_is_any_run() {
  return matches_glob("*", "") && matches_glob("*", "anything/at all") && matches_glob("**", "") &&
         matches_glob("a*b*c", "abc") && matches_glob("a*b*c", "a..b.b..c") && !matches_glob("a*b*c", "a..b..cd") &&
         matches_glob("*.html", "x.html.html") && matches_glob("*4567-*host*", "https://4567-blue-host.example") &&
         !matches_glob("a*a", "a");
}
constexpr bool a_question_mark_is_one_character() {
  return matches_glob("a?c", "abc") && !matches_glob("a?c", "ac") && !matches_glob("a?c", "abbc") &&
         !matches_glob("?", "") && matches_glob("?*?", "ab") && !matches_glob("?*?", "a") &&
         matches_glob("a?c", "a\xC3\xA4" "c") && !matches_glob("a??c", "a\xC3\xA4" "c") &&
         matches_glob("*?", "\xC3\xA4") && !matches_glob("*??", "\xC3\xA4");
}
constexpr bool nothing_else_is_special() {
  return matches_glob("a\\*", "a\\b") && !matches_glob("a\\*", "a*") && matches_glob("[ab].", "[ab].") &&
         !matches_glob("[ab]", "a") && matches_glob("*a", "*ba");
}
static_assert(whole_texts_match_in_any_case());
static_assert(a_star_is_any_run());
static_assert(a_question_mark_is_one_character());
static_assert(nothing_else_is_special());

TEST(glob, whole_texts_match_in_any_case) { EXPECT_TRUE(whole_texts_match_in_any_case()); }
TEST(glob, a_star_is_any_run) { EXPECT_TRUE(a_star_is_any_run()); }
TEST(glob, a_question_mark_is_one_character) { EXPECT_TRUE(a_question_mark_is_one_character()); }
TEST(glob, nothing_else_is_special) { EXPECT_TRUE(nothing_else_is_special()); }

TEST(glob, takes_no_exponential_time) {
  std::string pattern;
  for (int i = 0; i < 32; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(10'000, 'a')));
}

}  // namespace
