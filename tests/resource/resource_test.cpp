// SPDX-License-Identifier: MIT

#include <sonde/resource/resource.hpp>

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::resource::attribute;
using sonde::resource::resource;
using attributes = std::vector<attribute>;

TEST(resource, keeps_order_and_types) {
  resource one;
  one.set("text", "x");
  one.set("number", std::int64_t{-1});
  one.set("flag", false);
  EXPECT_EQ(one.attributes(), (attributes{{"text", "x"}, {"number", std::int64_t{-1}}, {"flag", false}}));
  EXPECT_EQ(*one.get("number"), sonde::resource::attribute_value{std::int64_t{-1}});
  EXPECT_EQ(one.get("none"), nullptr);
}

TEST(resource, a_key_is_there_once_in_its_first_place) {
  resource one;
  one.set("a", "1");
  one.set("b", "2");
  one.set("a", true);
  EXPECT_EQ(one.attributes(), (attributes{{"a", true}, {"b", "2"}}));
}

TEST(resource, an_empty_key_is_ignored) {
  resource one;
  one.set("", "x");
  EXPECT_TRUE(one.attributes().empty());
}

TEST(resource, text_is_empty_for_what_is_not_text) {
  resource one;
  one.set("text", "x");
  one.set("number", std::int64_t{1});
  EXPECT_EQ(one.text("text"), "x");
  EXPECT_EQ(one.text("number"), "");
  EXPECT_EQ(one.text("none"), "");
}

TEST(resource, the_updating_one_wins_a_merge) {
  resource one;
  one.set("a", "old");
  one.set("b", "old");
  resource updating;
  updating.set("c", "new");
  updating.set("a", "new");
  one.merge(updating);
  EXPECT_EQ(one.attributes(), (attributes{{"a", "new"}, {"b", "old"}, {"c", "new"}}));
}

}  // namespace
