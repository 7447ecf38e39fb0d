// SPDX-License-Identifier: MIT

#include <sonde/propagation/tracestate.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::propagation::tracestate_buffer;
using sonde::propagation::tracestate_members;

/// What is passed on of these lines; nothing where all of it is dropped.
std::string passed_on(const sonde::field_lines& from) {
  tracestate_buffer written;
  tracestate_members{from}.write(written);
  return std::string{written.text()};
}
std::string passed_on(std::string_view line) { return passed_on(lines({line})); }

constexpr bool is_dropped(std::string_view line) { return tracestate_members{lines({line})}.empty(); }
constexpr bool is_kept(std::string_view line) {
  tracestate_buffer written;
  tracestate_members{lines({line})}.write(written);
  return written.text() == line;
}
constexpr bool becomes(std::string_view line, std::string_view expected) {
  tracestate_buffer written;
  tracestate_members{lines({line})}.write(written);
  return written.text() == expected;
}

std::string text(char c, std::size_t times) { return std::string(times, c); }

constexpr bool keeps_members_in_their_order_and_bytes() {
  return is_kept("rojo=00f067aa0ba902b7") && is_kept("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE") && is_kept("b=2,a=1,c=3");
}
static_assert(keeps_members_in_their_order_and_bytes());
TEST(tracestate, keeps_members_in_their_order_and_bytes) { EXPECT_TRUE(keeps_members_in_their_order_and_bytes()); }

constexpr bool drops_empty_members_and_blanks_between() {
  return becomes("a=1,,b=2", "a=1,b=2") && becomes(",a=1,", "a=1") && becomes("a=1 \t , \tb=2", "a=1,b=2") &&
         becomes("\t a=1\t", "a=1") && becomes(" , a=1, \t ,", "a=1");
}
static_assert(drops_empty_members_and_blanks_between());
TEST(tracestate, drops_empty_members_and_blanks_between) { EXPECT_TRUE(drops_empty_members_and_blanks_between()); }

constexpr bool of_nothing_but_commas_is_empty() { return is_dropped("") && is_dropped(",") && is_dropped(" , ,\t,"); }
static_assert(of_nothing_but_commas_is_empty());
TEST(tracestate, of_nothing_but_commas_is_empty) { EXPECT_TRUE(of_nothing_but_commas_is_empty()); }

constexpr bool takes_keys_of_level_2() {
  return is_kept("foo@=1,bar=2") && is_kept("a@@b=1") && is_kept("foo@bar@baz=1") && is_kept("0=1") &&
         is_kept("1a-_*/@z=1") && is_kept("tenant@system=1");
}
static_assert(takes_keys_of_level_2());
TEST(tracestate, takes_keys_of_level_2) { EXPECT_TRUE(takes_keys_of_level_2()); }

constexpr bool with_one_bad_member_is_dropped_whole() {
  return is_dropped("foo=1,@bar=2") && is_dropped("@a=1") && is_dropped("foo =1") && is_dropped("FOO=1") &&
         is_dropped("foo.bar=1") && is_dropped("=1") && is_dropped("foo=") && is_dropped("foo=,bar=3") &&
         is_dropped("foo") && is_dropped("foo=bar=baz") && is_dropped("-a=1") && is_dropped("_a=1") && is_dropped("=") &&
         is_dropped("f\xC3\xB6=1") && is_dropped("foo=\xC3\xB6") && is_dropped("foo=1;foo=\x7F") && is_dropped("a= ");
}
static_assert(with_one_bad_member_is_dropped_whole());
TEST(tracestate, with_one_bad_member_is_dropped_whole) { EXPECT_TRUE(with_one_bad_member_is_dropped_whole()); }

TEST(tracestate, takes_every_character_the_grammar_has_and_no_other) {
  for (int code = 0; code < 256; ++code) {
    const std::string c(1, static_cast<char>(code));
    const bool lower_or_digit = (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
    const bool in_key = lower_or_digit || std::string_view{"_-*/@"}.find(c) != std::string_view::npos;
    const bool in_value = code >= 0x20 && code <= 0x7E && code != ',' && code != '=';
    if (c != "," && c != "=") {
      EXPECT_EQ(is_kept(c + "a=1"), lower_or_digit) << code;
      EXPECT_EQ(is_kept("a" + c + "a=1"), in_key) << code;
      EXPECT_EQ(is_kept("a=1" + c + "1"), in_value) << code;
    }
  }
}

constexpr bool keeps_blanks_in_a_value_but_not_after_it() {
  return is_kept("a=x y;z") && becomes("a= 1 ,b=2", "a= 1,b=2") && becomes("a=1 ,b=2\t", "a=1,b=2") && is_dropped("a=1\t2");
}
static_assert(keeps_blanks_in_a_value_but_not_after_it());
TEST(tracestate, keeps_blanks_in_a_value_but_not_after_it) { EXPECT_TRUE(keeps_blanks_in_a_value_but_not_after_it()); }

constexpr bool keeps_duplicates() { return is_kept("foo=1,foo=2") && is_kept("foo=1,foo=1"); }
static_assert(keeps_duplicates());
TEST(tracestate, keeps_duplicates) { EXPECT_TRUE(keeps_duplicates()); }

std::string members(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? "," : "") + ("k" + std::to_string(i)) + "=1";
  return list;
}
TEST(tracestate, takes_32_members_and_not_33) {
  EXPECT_EQ(passed_on(members(32)), members(32));
  EXPECT_EQ(passed_on(members(33)), "");
  EXPECT_EQ(passed_on(lines({members(16), members(16)})), members(16) + "," + members(16));
  EXPECT_EQ(passed_on(lines({members(16), members(17)})), "") << "all lines together";
  EXPECT_EQ(passed_on("," + members(32) + ",,"), members(32)) << "empty ones do not count";
}

TEST(tracestate, takes_keys_and_values_of_256_and_not_of_257) {
  EXPECT_EQ(passed_on(text('z', 256) + "=1"), text('z', 256) + "=1");
  EXPECT_EQ(passed_on("a=1," + text('z', 257) + "=1"), "");
  EXPECT_EQ(passed_on("a=" + text('v', 256)), "a=" + text('v', 256));
  EXPECT_EQ(passed_on("b=1,a=" + text('v', 257)), "");
}

TEST(tracestate, is_passed_on_whole_up_to_512_bytes) {
  const std::string exactly = "a=" + text('v', 250) + ",b=" + text('v', 252) + ",c=1";
  ASSERT_EQ(exactly.size(), 511u);
  EXPECT_EQ(passed_on(exactly), exactly);
  EXPECT_EQ(passed_on(exactly + "1"), exactly + "1");
  EXPECT_EQ(passed_on(exactly + "12"), "a=" + text('v', 250) + ",c=112") << "the right one of the long members";
}

TEST(tracestate, loses_members_longer_than_128_bytes_first) {
  const std::string small = "s=" + text('v', 126);  // 128 bytes
  const std::string large = "l=" + text('v', 127);  // 129
  EXPECT_EQ(passed_on(large + "," + small + "," + small + "," + small), small + "," + small + "," + small);
  EXPECT_EQ(passed_on(small + "," + large + "," + large + "," + small), small + "," + large + "," + small);
}

TEST(tracestate, then_loses_members_from_the_right) {
  const std::string a = "a=" + text('v', 120), b = "b=" + text('v', 120), c = "c=" + text('v', 120),
                    d = "d=" + text('v', 120), e = "e=1", f = "f=" + text('v', 20);
  EXPECT_EQ(passed_on(a + "," + b + "," + c + "," + d + "," + e + "," + f), a + "," + b + "," + c + "," + d + "," + e);
  EXPECT_EQ(passed_on(f + "," + a + "," + b + "," + c + "," + d), f + "," + a + "," + b + "," + c);
}

TEST(tracestate, of_one_member_too_long_for_the_limit_is_empty) {
  EXPECT_EQ(passed_on(text('k', 256) + "=" + text('v', 256)), "") << "513 bytes";
  EXPECT_EQ(passed_on(text('k', 256) + "=" + text('v', 255)), text('k', 256) + "=" + text('v', 255));
  const std::string longest = text('k', 256) + "=" + text('v', 256);
  std::string all = longest;
  for (int i = 1; i < 32; ++i) all += "," + longest;
  EXPECT_EQ(passed_on(all), "");
  EXPECT_EQ(passed_on(all.substr(0, 31 * 514) + "a=1"), "a=1");
}

TEST(tracestate, is_dropped_where_blanks_and_commas_make_it_longer_than_it_could_be) {
  EXPECT_EQ(passed_on(text(',', 32 * 514 - 3) + "a=1"), "a=1");
  EXPECT_EQ(passed_on(text(',', 32 * 514 - 2) + "a=1"), "");
  EXPECT_EQ(passed_on(lines({text(' ', 32 * 257), text(',', 32 * 257), "a=1"})), "");
}

constexpr bool joins_lines_in_order_of_arrival() {
  tracestate_buffer written;
  tracestate_members{lines({"foo=1,bar=2", "", "rojo=1,congo=2 ", "baz=3"})}.write(written);
  return written.text() == "foo=1,bar=2,rojo=1,congo=2,baz=3";
}
static_assert(joins_lines_in_order_of_arrival());
TEST(tracestate, joins_lines_in_order_of_arrival) { EXPECT_TRUE(joins_lines_in_order_of_arrival()); }

constexpr bool is_dropped_where_a_later_line_is_bad() { return tracestate_members{lines({"foo=1", "BAR=2"})}.empty(); }
static_assert(is_dropped_where_a_later_line_is_bad());
TEST(tracestate, is_dropped_where_a_later_line_is_bad) { EXPECT_TRUE(is_dropped_where_a_later_line_is_bad()); }

TEST(tracestate, lets_no_control_character_out) {
  for (const std::string_view hostile : {"a=1\r\nSet-Cookie: x=y", "a=1\r", "a\n=1", "a=1\nb=2"})
    EXPECT_EQ(passed_on(hostile), "") << hostile;
  EXPECT_EQ(passed_on(std::string_view{"a=1\0b", 5}), "");
}

}  // namespace
