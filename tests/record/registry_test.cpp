// SPDX-License-Identifier: MIT

#include <sonde/record/registry.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/record/key.hpp>

namespace {

using namespace sonde::record;

const registered& kept(const registry& known, std::uint32_t id) {
  std::vector<const registered*> all;
  known.append_from(all);
  return *all.at(id);
}

/// As two libraries would each hold one.
description attribute_description() { return describe_key<description_type::attribute, "app.key">(); }

TEST(registry, gives_equal_descriptions_one_id) {
  registry known;
  description one = attribute_description();
  description other = attribute_description();
  const std::uint32_t id = known.enroll(one);
  EXPECT_NE(id, 0u);
  EXPECT_EQ(known.enroll(other), id);
  EXPECT_EQ(head_of(one), head_word(id));
  EXPECT_EQ(head_of(other), head_word(id));
  EXPECT_EQ(kept(known, id).name, "app.key");
}

TEST(registry, tells_apart_what_differs_in_anything) {
  registry known;
  scope_description scope{{"s", 1}, {"1", 1}};
  scope_description newer{{"s", 1}, {"2", 1}};
  std::vector<description> all(8, attribute_description());
  all[1].type = description_type::annotation;
  all[2].name_space = {"ns", 2};
  all[3].scope = &scope;
  all[4].scope = &newer;
  all[5].line = 7;
  all[6].function = {"f", 1};
  all[7].file = {"f", 1};
  std::vector<std::uint32_t> ids;
  for (description& each : all) ids.push_back(known.enroll(each));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(registry, numbers_equal_keys_alike_whatever_they_are_used_for) {
  registry known;
  description plain = describe_key<description_type::attribute, "handle">();
  description indexed = describe_key<description_type::annotation, "handle">();
  description other = describe_key<description_type::attribute, "other">();
  const auto id = known.enroll(plain);
  EXPECT_EQ(kept(known, known.enroll(indexed)).key, kept(known, id).key);
  EXPECT_NE(kept(known, known.enroll(other)).key, kept(known, id).key);
}

TEST(registry, keeps_copies_of_texts) {
  registry known;
  std::uint32_t id = 0;
  {
    std::string unloaded = "a name in a plugin that will be unloaded";
    description fresh;
    fresh.name = text(unloaded);
    id = known.enroll(fresh);
    unloaded.assign(unloaded.size(), '?');
  }
  EXPECT_EQ(kept(known, id).name, "a name in a plugin that will be unloaded");
}

TEST(registry, interns_places_by_content) {
  registry known;
  description one{}, other{};
  const std::string copy = "a.cpp";
  const auto id = known.locate(one, "a.cpp", 7, "f");
  EXPECT_EQ(known.locate(other, copy.c_str(), 7, "f"), id);
  EXPECT_NE(known.locate(other, "a.cpp", 8, "f"), id);
  EXPECT_NE(known.locate(other, "a.cpp", 7, "g"), id);
  EXPECT_NE(known.locate(other, "b.cpp", 7, "f"), id);
  EXPECT_EQ(one.opened_line, 7u);
  EXPECT_STREQ(one.opened_file, "a.cpp");
  EXPECT_EQ(other.opened_file, copy.c_str()) << "a site remembers its first place, not the last";
  EXPECT_EQ(kept(known, id).file, "a.cpp");
  EXPECT_EQ(kept(known, id).function, "f");
  EXPECT_EQ(kept(known, id).line, 7u);
}

TEST(registry, is_the_same_for_threads_that_enrol_at_once) {
  registry known;
  description shared = attribute_description();
  std::vector<std::uint32_t> ids(4);
  std::vector<std::thread> threads;
  for (auto& id : ids)
    threads.emplace_back([&known, &shared, &id] {
      for (int i = 0; i < 1000; ++i) {
        std::vector<const registered*> all;
        id = known.enroll(shared);
        known.append_from(all);
      }
    });
  for (auto& each : threads) each.join();
  for (const auto id : ids) EXPECT_EQ(id, ids[0]);
}

TEST(registry, never_moves_what_it_keeps) {
  registry known;
  description first = attribute_description();
  const registered* const held = &kept(known, known.enroll(first));
  for (int i = 0; i < 1000; ++i) {
    const std::string name = std::to_string(i);
    description more;
    more.name = text(name);
    EXPECT_NE(known.enroll(more), 0u);
  }
  EXPECT_EQ(held, &kept(known, held->id));
  EXPECT_EQ(held->name, "app.key");
}

}  // namespace
