// SPDX-License-Identifier: MIT
// What the AWS CLI makes of the same text is compared in tests/interop/check_aws.py; here are the sentences, and what is
// kept of a file.

#include <sonde/aws/ini.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::aws::ini_options;
using sonde::aws::parse_ini;
using sonde::aws::parsed_ini;

std::string error_of(std::string_view text) {
  const parsed_ini parsed = parse_ini(text);
  EXPECT_EQ(parsed.sections.empty(), !parsed.error.empty()) << text;
  return parsed.error;
}

TEST(ini, keeps_sections_in_order_and_names_in_lower_case) {
  const parsed_ini parsed = parse_ini("[b]\nOne = 1\n# x\n[a]\n\n  two: 2 = 3 ; x  \n[c]");
  ASSERT_EQ(parsed.error, "");
  ASSERT_EQ(parsed.sections.size(), 3U);
  EXPECT_EQ(parsed.sections[0].name, "b");
  EXPECT_EQ(parsed.sections[0].options, (ini_options{{"one", "1"}}));
  EXPECT_EQ(parsed.sections[1].name, "a");
  EXPECT_EQ(parsed.sections[1].options, (ini_options{{"two", "2 = 3 ; x"}}));
  EXPECT_TRUE(parsed.sections[2].options.empty());
}

TEST(ini, a_nested_block_is_left_out) {
  const parsed_ini parsed = parse_ini("[a]\ns3 =\n  region = x\n\n  y = z\nregion = r\n");
  ASSERT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.sections.at(0).options, (ini_options{{"region", "r"}}));
}

TEST(ini, a_byte_order_mark_is_no_part_of_the_first_section) {
  EXPECT_EQ(parse_ini("\xEF\xBB\xBF[a]\n").sections.at(0).name, "a");
}

TEST(ini, an_empty_file_has_no_sections) {
  EXPECT_TRUE(parse_ini("").sections.empty());
  EXPECT_EQ(parse_ini("\r\n# x\n").error, "");
}

TEST(ini, mistakes_are_named_by_their_line_and_not_shown) {
  EXPECT_EQ(error_of("region = x\n"), "line 1 comes before the first [section]");
  EXPECT_EQ(error_of("[a]\r\nx = y\r\n\r\nsecret\r\n"), "line 4 is neither a [section], nor 'name = value', nor a comment");
  EXPECT_EQ(error_of("[a]\n = secret\n"), "line 2 is neither a [section], nor 'name = value', nor a comment");
  EXPECT_EQ(error_of("[a]\nx = 1\nX : 2\n"), "line 3 repeats an option of its section");
  EXPECT_EQ(error_of("[a]\n[b]\n[a]\n"), "line 3 repeats a section");
  EXPECT_EQ(error_of("[DEFAULT]\n[DEFAULT]\nx = 1\nx = 2\n"), "line 4 repeats an option of its section");
  EXPECT_EQ(error_of("[a]\ns3 =\n  secret\n"), "has a block under 's3' with a line that is not 'name = value'");
}

}  // namespace
