// SPDX-License-Identifier: MIT

#include <sonde/propagation/baggage_text.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

#include "example_context.hpp"

namespace {

using sonde::propagation::baggage_view;
using sonde::propagation::decoded_baggage;
using sonde::propagation::encoded_baggage;
using sonde::propagation::make_baggage;

TEST(baggage_text, decodes_percent_to_utf8) {
  EXPECT_EQ(decoded_baggage("Am%C3%A9lie"), "Am\xC3\xA9lie");
  EXPECT_EQ(decoded_baggage("DF%2028"), "DF 28");
  EXPECT_EQ(decoded_baggage("%41%4a%4A"), "AJJ") << "digits of either case";
  EXPECT_EQ(decoded_baggage("%25"), "%");
  EXPECT_EQ(decoded_baggage("%2525"), "%25") << "once";
  EXPECT_EQ(decoded_baggage(""), "");
}

TEST(baggage_text, keeps_a_percent_sign_without_two_digits) {
  for (const char* const literal : {"%", "a%", "%z", "%zz", "%4", "%4g", "%%%", "100%"})
    EXPECT_EQ(decoded_baggage(literal), literal);
  EXPECT_EQ(decoded_baggage("%%41"), "%A");
}

TEST(baggage_text, keeps_a_plus_sign) { EXPECT_EQ(decoded_baggage("a+b"), "a+b"); }

// Source of the expectations: The Unicode Standard, "U+FFFD Substitution of Maximal Subparts".
TEST(baggage_text, replaces_what_is_no_utf8) {
  EXPECT_EQ(decoded_baggage("%E0%80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "E0 may not be followed by 80: two subparts";
  EXPECT_EQ(decoded_baggage("a%FFb"), "a\xEF\xBF\xBD" "b");
  EXPECT_EQ(decoded_baggage("%C3"), "\xEF\xBF\xBD");
  EXPECT_EQ(decoded_baggage("%E2%82"), "\xEF\xBF\xBD");
  EXPECT_EQ(decoded_baggage("%E2%82%AC"), "\xE2\x82\xAC");
}

TEST(baggage_text, encodes_all_that_a_value_may_not_have) {
  EXPECT_EQ(encoded_baggage("Am\xC3\xA9lie"), "Am%C3%A9lie");
  EXPECT_EQ(encoded_baggage("DF 28"), "DF%2028");
  EXPECT_EQ(encoded_baggage("100%"), "100%25");
  EXPECT_EQ(encoded_baggage("a,b;c\"d\\e=f"), "a%2Cb%3Bc%22d%5Ce=f");
  EXPECT_EQ(encoded_baggage("x\r\ny\t"), "x%0D%0Ay%09");
  EXPECT_EQ(encoded_baggage(std::string_view{"\0\x7F", 2}), "%00%7F");
}

TEST(baggage_text, decodes_what_it_encodes) {
  sonde::context::id_source random{{1, 2, 3, 4}};
  for (int i = 0; i < 10'000; ++i) {
    std::string text;
    for (auto size = random.next() % 20; size > 0; --size) text += static_cast<char>(random.next() % 128);
    if (i % 2 == 0) text += "\xE2\x82\xAC";
    const std::string value = encoded_baggage(text);
    ASSERT_EQ(decoded_baggage(value), text);
    ASSERT_TRUE(sonde::propagation::baggage_octets.has_all(value));
  }
}

TEST(baggage_text, makes_a_member_that_is_read_back) {
  const std::string member = make_baggage("user.name", "Am\xC3\xA9lie, \"A\"\r\n");
  const baggage_view view{propagation_test::lines({member})};
  ASSERT_TRUE(view.find("user.name"));
  EXPECT_EQ(decoded_baggage(view.find("user.name")->value), "Am\xC3\xA9lie, \"A\"\r\n");
  EXPECT_EQ(make_baggage("k", ""), "k=");
}

TEST(baggage_text, makes_nothing_of_a_key_that_is_no_token) {
  for (const char* const key : {"", "a b", "a=b", "a,b", "a;b", "\xC3\xA9", "a\r\nb"}) EXPECT_EQ(make_baggage(key, "v"), "");
}

}  // namespace
