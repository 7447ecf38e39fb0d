// SPDX-License-Identifier: MIT
// What the other tests look through: does it show what was recorded, and only that?

#include <sonde/testing/memory_exporter.hpp>

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

TEST(memory_exporter, copies_share_what_they_keep) {
  recording kept;
  const sonde::testing::memory_exporter copy = kept.memory;
  { sonde::span<"one"> span; }
  sonde::report_message("hello", sonde::level::warning);
  EXPECT_TRUE(kept.session.force_flush());
  EXPECT_EQ(copy.spans().size(), 1u);
  ASSERT_EQ(copy.logs().size(), 1u);
  EXPECT_EQ(copy.logs()[0].body, "hello");
  EXPECT_EQ(copy.logs()[0].severity, sonde::level::warning);
  EXPECT_TRUE(copy.logs()[0].occurrence);
  kept.memory.clear();
  EXPECT_TRUE(copy.spans().empty() && copy.logs().empty());
}

TEST(memory_exporter, values_compare_by_type_and_content) {
  using sonde::testing::value;
  EXPECT_EQ(value{true}, true);
  EXPECT_FALSE(value{true} == 1);
  EXPECT_FALSE(value{std::int64_t{1}} == 1.0);
  EXPECT_EQ(value{std::string{"a"}}, "a");
  EXPECT_FALSE(value{std::string{"a"}} == "b");
  EXPECT_EQ((value{value::array{value{std::int64_t{1}}}}), (value{value::array{value{std::int64_t{1}}}}));
  EXPECT_FALSE((value{value::array{}} == value{value::map{}}));
}

TEST(memory_exporter, a_missing_key_is_an_exception_with_its_name) {
  const sonde::testing::attributes none;
  EXPECT_FALSE(none.contains("key"));
  try {
    static_cast<void>(none["key"]);
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_NE(std::string{error.what()}.find("key"), std::string::npos);
  }
}

}  // namespace
