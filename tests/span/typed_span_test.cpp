// SPDX-License-Identifier: MIT

#include <sonde/span/typed_span.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/attributes.hpp>
#include "span/recording.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::testing::value;

enum class source { cache, database };
struct place {
  double latitude;
  double longitude;
};
struct item {
  std::string name;
  std::optional<int> price;
  std::optional<place> at;
};
struct request {
  std::string_view handle;
  std::size_t results_size = 0;
  bool cached = false;
  source from = source::cache;
  std::optional<int> limit{};
  std::optional<place> origin{};
  place target{};
  std::chrono::milliseconds took{};
  std::chrono::system_clock::time_point now{};
  std::vector<std::string> tags{};
  std::vector<item> items{};
  std::map<std::string, int> counts{};
};

TEST(typed_span, fields_become_attributes_when_it_ends) {
  recording kept;
  {
    sonde::span<"request", request> span{{.handle = "andrew"}};
    span->results_size = 7;
    span->cached = true;
    span->from = source::database;
    span->limit = 3;
    span->origin = place{1.5, 2.5};
    span->target.longitude = 4;
    span->took = 1500ms;
    span->now = std::chrono::sys_seconds{1795235104s};
    span->tags = {"a", "b"};
    span->items = {{"tea", 5, place{1, 2}}, {"cup", {}, {}}};
    span->counts = {{"x", 1}};
    EXPECT_EQ(std::as_const(span)->handle, "andrew");
  }
  const auto all = kept.only().attributes;
  EXPECT_EQ(all["handle"], "andrew");
  EXPECT_EQ(all["results_size"], 7);
  EXPECT_EQ(all["cached"], true);
  EXPECT_EQ(all["from"], "database");
  EXPECT_EQ(all["limit"], 3);
  EXPECT_EQ(all["origin.latitude"], 1.5);
  EXPECT_EQ(all["target.longitude"], 4.0);
  EXPECT_EQ(all["took"], 1.5);
  EXPECT_EQ(all["now"], "2026-11-21T04:25:04Z");
  EXPECT_EQ(all["tags"].as<value::array>().at(1), "b");
  const auto& items = all["items"].as<value::array>();
  ASSERT_EQ(items.size(), 2u);
  const auto& tea = items[0].as<value::map>();
  ASSERT_EQ(tea.size(), 3u);
  EXPECT_EQ(tea[0].first, "name");
  EXPECT_EQ(tea[1].second, 5);
  EXPECT_EQ(tea[2].second.as<value::map>()[1].second, 2.0);
  EXPECT_EQ(items[1].as<value::map>().size(), 1u) << "what is not there is left out";
  EXPECT_EQ(all["counts"].as<value::map>().at(0).first, "x");
}

TEST(typed_span, empty_optionals_are_left_out) {
  recording kept;
  { sonde::span<"request", request> span; }
  const auto all = kept.only().attributes;
  EXPECT_FALSE(all.contains("limit"));
  EXPECT_FALSE(all.contains("origin.latitude"));
  EXPECT_TRUE(all.contains("target.latitude"));
}

TEST(typed_span, takes_kinds_parents_and_more_attributes) {
  recording kept;
  const sonde::span_context incoming{{{1}}, {{2}}, true, true};
  {
    sonde::span<"one", place> span{{1, 2}, sonde::kind::server, incoming};
    span.set_attribute<"more">(1);
    span.set_attribute<"latitude">("the field is written later, and wins");
  }
  { sonde::span<"two", place> span{sonde::kind::client}; }
  const auto one = kept.named("one");
  EXPECT_EQ(one.parent_span_id, incoming.span_id);
  EXPECT_EQ(one.kind, sonde::kind::server);
  EXPECT_EQ(one.attributes["more"], 1);
  EXPECT_EQ(one.attributes["latitude"], 1.0);
  EXPECT_EQ(kept.named("two").kind, sonde::kind::client);
  EXPECT_EQ(kept.named("two").attributes["longitude"], 0.0);
}

TEST(typed_span, keeps_its_fields_when_left_by_an_exception) {
  recording kept;
  try {
    sonde::span<"place", place> span{{1, 2}};
    span->latitude = 3;
    throw std::runtime_error{"e"};
  } catch (const std::exception&) {
  }
  EXPECT_EQ(kept.only().attributes["latitude"], 3.0);
  EXPECT_EQ(kept.only().status, sonde::status::error);
}

TEST(typed_span, an_aggregate_is_a_value_too) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"place">(place{1, 2});
    span.add_event<"moved">(sonde::attr<"to">(place{3, 4}));
  }
  EXPECT_EQ(kept.only().attributes["place"].as<value::map>().at(0).first, "latitude");
  EXPECT_EQ(kept.only().events.at(0).attributes["to"].as<value::map>().at(1).second, 4.0);
}

TEST(typed_span, without_a_session_it_is_a_struct) {
  sonde::span<"place", place> span{{1, 2}};
  span->latitude += 1;
  EXPECT_EQ(span->latitude, 2.0);
}

}  // namespace
