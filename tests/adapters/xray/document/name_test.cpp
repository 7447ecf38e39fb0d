// SPDX-License-Identifier: MIT

#include <sonde/adapters/xray/document/name.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::xray::usable_name;

TEST(xray_name, keeps_what_xray_takes) {
  for (const std::string_view name : {"home activities", "a_b.c:d/e%f&g#h=i+j\\k-l@m", "Gr\xC3\xB6\xC3\x9F""e \xE6\x97\xA5\xE6\x9C\xAC",
                                      "\xD0\xAF\xD9\xA3\xEA\xB0\x80", "caf\xC3\xA9\xC2\xA0noir"})
    EXPECT_EQ(usable_name(name), name);
}

TEST(xray_name, leaves_out_the_rest) {
  EXPECT_EQ(usable_name("<script>alert(1)</script>"), "scriptalert1/script");
  EXPECT_EQ(usable_name("vector<int, a>::f() const"), "vectorint a::f const");
  EXPECT_EQ(usable_name("ok \xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\x97"), "ok   ");                 // an emoji, a currency, a sign
  EXPECT_EQ(usable_name("a\x01\x7F" "b\tc\nd"), "ab c d");
  EXPECT_EQ(usable_name("a\xFF" "b\xC3"), "ab");  // no UTF-8
  EXPECT_EQ(usable_name("e\xCC\x81"), "e");       // a combining mark is no letter
}

TEST(xray_name, where_nothing_is_left_there_is_a_name_all_the_same) {
  for (const std::string_view name : {"", "???", "   ", "\xF0\x9F\x98\x80", "\n"}) EXPECT_EQ(usable_name(name), "span");
}

TEST(xray_name, is_cut_behind_a_whole_character) {
  EXPECT_EQ(usable_name(std::string(201, 'a')), std::string(200, 'a'));
  std::string wide;
  for (int i = 0; i < 201; ++i) wide += "\xC3\xA9";
  EXPECT_EQ(usable_name(wide), wide.substr(0, 400));
}

static_assert(sonde::xray::is_letter(0xE9) && sonde::xray::is_letter(0x4E2D) && sonde::xray::is_letter(0x20000));
static_assert(!sonde::xray::is_letter(0xD7) && !sonde::xray::is_letter(0x1F600) && !sonde::xray::is_letter(0x301));

}  // namespace
