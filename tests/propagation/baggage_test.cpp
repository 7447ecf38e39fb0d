// SPDX-License-Identifier: MIT

#include <sonde/propagation/baggage.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::propagation::baggage_buffer;
using sonde::propagation::baggage_member;
using sonde::propagation::baggage_view;
using sonde::propagation::within_baggage_limits;
using sonde::propagation::write_baggage;

std::string passed_on(const sonde::field_lines& from) {
  baggage_buffer written;
  write_baggage(written, from);
  return std::string{written.text()};
}
std::string passed_on(std::string_view line) { return passed_on(lines({line})); }

/// The members that were read, as key:value:properties.
std::string read(std::string_view line) {
  std::string all;
  for (const baggage_member& each : baggage_view{lines({line})})
    all += std::string{each.key} + ":" + std::string{each.value} + ":" + std::string{each.properties} + "\n";
  return all;
}

constexpr bool has_one(std::string_view line, baggage_member expected) {
  const baggage_view view{lines({line})};
  auto at = view.begin();
  return at != view.end() && *at == expected && ++at == view.end();
}
constexpr bool has_none(std::string_view line) {
  const baggage_view view{lines({line})};
  return view.begin() == view.end();
}

constexpr bool reads_the_specifications_example() {
  const baggage_view view{
      lines({"key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue"})};
  const baggage_member expected[] = {{"key1", "value1", "property1;property2"},
                                     {"key2", "value2", ""},
                                     {"key3", "value3", "propertyKey=propertyValue"}};
  std::size_t count = 0;
  for (const baggage_member& each : view)
    if (count == 3 || each != expected[count++]) return false;
  return count == 3;
}
static_assert(reads_the_specifications_example());
TEST(baggage, reads_the_specifications_example) { EXPECT_TRUE(reads_the_specifications_example()); }

constexpr bool takes_equals_signs_in_a_value() { return has_one("k=v=w", {"k", "v=w", ""}) && has_one("k==", {"k", "=", ""}); }
static_assert(takes_equals_signs_in_a_value());
TEST(baggage, takes_equals_signs_in_a_value) { EXPECT_TRUE(takes_equals_signs_in_a_value()); }

constexpr bool takes_an_empty_value() { return has_one("k=", {"k", "", ""}) && has_one("k= ;p", {"k", "", "p"}); }
static_assert(takes_an_empty_value());
TEST(baggage, takes_an_empty_value) { EXPECT_TRUE(takes_an_empty_value()); }

constexpr bool takes_blanks_around_every_part() {
  return has_one(" k = v ; p = q ", {"k", "v", "p = q"}) && has_one("\tk\t=\tv\t;\tp\t", {"k", "v", "p"});
}
static_assert(takes_blanks_around_every_part());
TEST(baggage, takes_blanks_around_every_part) { EXPECT_TRUE(takes_blanks_around_every_part()); }

constexpr bool keeps_what_is_percent_encoded() {
  return has_one("k=%", {"k", "%", ""}) && has_one("k=%zz", {"k", "%zz", ""}) && has_one("k=a+b", {"k", "a+b", ""}) &&
         has_one("k=%E0%80", {"k", "%E0%80", ""}) && has_one("%41=v", {"%41", "v", ""});  // a key is never decoded
}
static_assert(keeps_what_is_percent_encoded());
TEST(baggage, keeps_what_is_percent_encoded) { EXPECT_TRUE(keeps_what_is_percent_encoded()); }

constexpr bool passes_over_a_bad_member() {
  return has_none("k") && has_none("=v") && has_none("k v=1") && has_none("k=\"quoted\"") && has_none("k=a b") &&
         has_none("k=a\\b") && has_none("k(=v") && has_none("k=\xC3\xA9") && has_none("\xC3\xA9=v") && has_none("") &&
         has_none(",,") && has_none(" ") && has_none(";") && has_none("k;p=1") && has_none("k=v;p q") && has_none("k=v;=q");
}
static_assert(passes_over_a_bad_member());
TEST(baggage, passes_over_a_bad_member) { EXPECT_TRUE(passes_over_a_bad_member()); }

TEST(baggage, keeps_the_others_beside_a_bad_member) {
  EXPECT_EQ(read("a=1,b,c=3"), "a:1:\nc:3:\n");
  EXPECT_EQ(read("bad,a=1, ,c=\"x\""), "a:1:\n");
  EXPECT_EQ(passed_on("a=1,b=\"2\",c=3"), "a=1,c=3");
}

TEST(baggage, takes_every_character_the_grammar_has_and_no_other) {
  for (int code = 0; code < 256; ++code) {
    const std::string c(1, static_cast<char>(code));
    if (c == "," || c == ";" || c == "=") continue;  // they end the part
    const bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9');
    const bool in_key = letter || (code != 0 && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
    const bool in_value = code > 0x20 && code < 0x7F && c != "\"" && c != "\\";
    EXPECT_EQ(read("k" + c + "k=v") == "k" + c + "k:v:\n", in_key) << code;
    EXPECT_EQ(read("k=v" + c + "v") == "k:v" + c + "v:\n", in_value) << code;
    EXPECT_EQ(read("k=v;p" + c + "p") == "k:v:p" + c + "p\n", in_key) << code;
    EXPECT_EQ(read("k=v;p=p" + c + "p") == "k:v:p=p" + c + "p\n", in_value) << code;
  }
}

constexpr bool finds_the_last_of_a_key() {
  const baggage_view view{lines({"a=1,b=2", "a=3,A=4"})};
  return view.find("a")->value == "3" && view.find("A")->value == "4" && view.find("b")->value == "2" && !view.find("c") &&
         !view.find("");
}
static_assert(finds_the_last_of_a_key());
TEST(baggage, finds_the_last_of_a_key) { EXPECT_TRUE(finds_the_last_of_a_key()); }

TEST(baggage, keeps_duplicates_in_their_order) { EXPECT_EQ(passed_on("a=1,b=2,a=3"), "a=1,b=2,a=3"); }

TEST(baggage, is_passed_on_without_blanks_and_with_its_properties) {
  EXPECT_EQ(passed_on("key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue"),
            "key1=value1;property1;property2,key2=value2,key3=value3;propertyKey=propertyValue");
  EXPECT_EQ(passed_on("a=1;;p\t=\t2; ;q"), "a=1;p=2;q");
}

TEST(baggage, joins_lines_in_order_of_arrival) {
  EXPECT_EQ(passed_on(lines({"userId=alice", "serverNode=DF%2028,isProduction=false"})),
            "userId=alice,serverNode=DF%2028,isProduction=false");
}

std::string members(std::size_t count, std::size_t size = 4) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    std::string member = "k" + std::to_string(i) + "=";
    member.resize(std::max(size, member.size()), 'v');
    list += (i > 0 ? "," : "") + member;
  }
  return list;
}
std::size_t count_members(const std::string& list) {
  std::size_t count = 0;
  for ([[maybe_unused]] const baggage_member& each : baggage_view{lines({list})}) ++count;
  return count;
}

TEST(baggage, of_64_65_and_180_members_is_passed_on_whole) {
  for (const std::size_t count : {64u, 65u, 180u}) EXPECT_EQ(passed_on(members(count)), members(count)) << count;
  EXPECT_EQ(passed_on(",," + members(180) + ", ,"), members(180)) << "empty ones do not count";
  EXPECT_EQ(passed_on(lines({members(90), members(90)})), members(90) + "," + members(90));
}
TEST(baggage, of_more_than_180_members_keeps_the_first_64) {
  EXPECT_EQ(passed_on(members(181)), members(64));
  EXPECT_EQ(passed_on(lines({members(40), members(141)})), members(40) + "," + members(24)) << "all lines together";
}

TEST(baggage, of_8192_bytes_is_passed_on_whole) {
  std::string many = members(100, 80);
  many.resize(8192, 'v');
  EXPECT_EQ(passed_on(many), many) << "not trimmed to 64 members";
  std::string exactly = members(64, 127);
  exactly.resize(8192, 'v');
  EXPECT_EQ(passed_on(exactly), exactly);
  const std::string first = exactly.substr(0, 127), rest = exactly.substr(128);
  EXPECT_EQ(passed_on(lines({first, rest})), exactly) << "the comma between lines counts";
}
TEST(baggage, beyond_8192_bytes_loses_whole_members_from_the_right) {
  const std::string big = members(32, 256) + "v";  // 8224 bytes
  ASSERT_GT(big.size(), 8192u);
  EXPECT_EQ(passed_on(big), members(31, 256));
  EXPECT_EQ(passed_on(lines({members(31, 256), big.substr(31 * 257) + std::string(300, 'v')})), members(31, 256));
  const std::string one_byte_more = members(64, 127) + "vv";
  ASSERT_EQ(one_byte_more.size(), 8193u);
  EXPECT_EQ(passed_on(one_byte_more), members(63, 127));
  EXPECT_EQ(passed_on("k=" + std::string(8190, 'v') + ",a=1"), "k=" + std::string(8190, 'v')) << "8192 bytes fit";
  EXPECT_EQ(passed_on(lines({members(32, 127), members(32, 127) + "vv"})), members(32, 127) + "," + members(31, 127));
}
TEST(baggage, of_one_member_beyond_the_limit_is_empty) {
  EXPECT_EQ(passed_on("k=" + std::string(8190, 'v')).size(), 8192u);
  EXPECT_EQ(passed_on("k=" + std::string(8191, 'v')), "");
}
TEST(baggage, beyond_the_limits_stays_within_both) {
  const std::string many = members(4000, 6);
  EXPECT_EQ(count_members(passed_on(many)), 64u);
  const auto kept = within_baggage_limits(lines({many, many, many, many}));
  EXPECT_EQ(kept.count, 1u);
  EXPECT_EQ(kept.line[0].data, many.data()) << "a view, nothing copied";
}
TEST(baggage, is_read_in_time_however_many_commas_it_has) {
  EXPECT_EQ(passed_on(std::string(1'000'000, ',')), "");
  EXPECT_EQ(passed_on(std::string(9'000, ',') + "a=1"), "") << "beyond 8192 bytes";
}

TEST(baggage, lets_no_control_character_out) {
  for (const std::string_view hostile : {"a=1\r\nSet-Cookie: x=y", "a=1\r", "a\n=1", "a=1;p=\n", "a=1;\rp", "a=1\x7F"})
    EXPECT_EQ(passed_on(hostile), "") << hostile;
  EXPECT_EQ(passed_on(std::string_view{"a=1\0b", 5}), "");
  EXPECT_EQ(passed_on("a=1\r\n,b=2"), "b=2");
}

}  // namespace
