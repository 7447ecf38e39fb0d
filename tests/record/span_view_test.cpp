// SPDX-License-Identifier: MIT
// What a reader makes of a record: limits, what they cut, and which value wins.

#include <sonde/record/span_view.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::testing::value;

template <std::size_t N>
constexpr auto key_of() {
  sonde::meta::fixed_string<4> key;
  for (std::size_t i = 0, rest = N; i < 4; ++i, rest /= 10) key.value[3 - i] = static_cast<char>('0' + rest % 10);
  return key;
}

TEST(span_limits, keep_the_first_attributes_and_count_the_rest) {
  recording kept;
  {
    sonde::span<"span"> span;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (span.set_attribute<key_of<I>()>(static_cast<int>(I)), ...);
    }(std::make_index_sequence<200>{});
    span.set_attribute<"0007">("again");
  }
  const auto span = kept.only();
  ASSERT_EQ(span.attributes.all.size(), 128u);
  EXPECT_EQ(span.cut_attributes, 72u);
  EXPECT_EQ(span.attributes["0127"], 127);
  EXPECT_FALSE(span.attributes.contains("0128"));
  EXPECT_EQ(span.attributes["0007"], "again") << "a key already there may still change";
  EXPECT_EQ(kept.session.stats().exporters[0].spans.cut, 72u);
}

TEST(span_limits, ten_thousand_attributes_do_no_harm) {
  recording kept;
  {
    sonde::span<"span"> span;
    for (int i = 0; i < 10'000 / 100; ++i)
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (span.set_attribute<key_of<I>()>(i), ...);
      }(std::make_index_sequence<100>{});
  }
  const auto span = kept.only();
  ASSERT_EQ(span.attributes.all.size(), 100u);
  for (const auto& each : span.attributes.all) EXPECT_EQ(each.value, 99);
  EXPECT_EQ(span.cut_attributes, 0u);
}

TEST(span_limits, the_last_value_of_a_key_wins) {
  recording kept;
  {
    sonde::span<"span"> span;
    for (int i = 0; i < 300; ++i) span.set_attribute<"key">(i);
    span.put_annotation<"key">("as an annotation");
  }
  const auto span = kept.only();
  ASSERT_EQ(span.attributes.all.size(), 1u);
  EXPECT_EQ(span.attributes["key"], "as an annotation");
  EXPECT_TRUE(span.attributes.all[0].annotation);
}

/// Under a sanitizer, what is read of a list that has moved is seen for certain.
TEST(span_view, attributes_behind_events_never_seen_before_are_read) {
  recording kept;
  const auto record = [](const auto& between) {
    sonde::span<"span"> span;
    span.set_attribute<"before">(1);
    between(span);
    span.set_attribute<"behind">(2);
  };
  record([](auto&) {});
  EXPECT_EQ(kept.spans().size(), 1u) << "by now both keys are known";
  record([](auto& span) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (span.template add_event<key_of<I>()>(), ...);
    }(std::make_index_sequence<100>{});
  });
  const auto span = kept.spans().at(1);
  EXPECT_EQ(span.events.size(), 100u);
  EXPECT_EQ(span.attributes["before"], 1);
  EXPECT_EQ(span.attributes["behind"], 2);
}

TEST(span_limits, hold_for_events_and_links) {
  recording kept;
  {
    sonde::span<"span"> span;
    for (int i = 0; i < 200; ++i) {
      span.add_event<"event">(sonde::attr<"i">(i));
      span.add_link(span.context(), sonde::attr<"i">(i));
    }
  }
  const auto span = kept.only();
  ASSERT_EQ(span.events.size(), 128u);
  ASSERT_EQ(span.links.size(), 128u);
  EXPECT_EQ(span.events[127].attributes["i"], 127);
  EXPECT_EQ(span.links[127].attributes["i"], 127);
  EXPECT_EQ(span.cut_events, 72u);
  EXPECT_EQ(span.cut_links, 72u);
}

TEST(span_limits, hold_within_events_and_links) {
  recording kept{{.limits = sonde::record::span_limits{.event_attributes = 1, .link_attributes = 0}}};
  {
    sonde::span<"span"> span;
    span.add_event<"event">(sonde::attr<"a">(1), sonde::attr<"b">(2));
    span.add_link(span.context(), sonde::attr<"a">(1));
  }
  const auto span = kept.only();
  EXPECT_EQ(span.events.at(0).attributes.all.size(), 1u);
  EXPECT_EQ(span.links.at(0).attributes.all.size(), 0u);
  EXPECT_EQ(kept.session.stats().exporters.at(0).spans.cut, 2u);
}

TEST(span_limits, may_be_nothing_at_all) {
  recording kept{{.limits = sonde::record::span_limits{.attributes = 0, .events = 0, .links = 0}}};
  {
    sonde::span<"span"> span;
    span.set_attribute<"a">(1);
    span.add_event<"event">();
    span.add_link(span.context());
  }
  const auto span = kept.only();
  EXPECT_TRUE(span.attributes.all.empty() && span.events.empty() && span.links.empty());
  EXPECT_EQ(span.cut_attributes + span.cut_events + span.cut_links, 3u);
}

TEST(span_limits, shorten_texts_by_characters_wherever_they_are) {
  recording kept{{.limits = sonde::record::span_limits{.value_length = 3}}};
  const std::string umlauts = "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
  const std::string cut = "\xC3\xA4\xC3\xA4\xC3\xA4";
  {
    sonde::span<"a name longer than three"> span;
    span.set_attribute<"umlauts">(umlauts);
    span.set_attribute<"short">("abc");
    span.set_attribute<"array">(std::vector<std::string>{umlauts, "abcd"});
    span.set_attribute<"map">(std::map<std::string, std::string>{{"a long key", umlauts}});
    span.set_attribute<"number">(123456);
    span.add_event<"an event longer than three">(sonde::attr<"text">(umlauts));
    span.set_status(sonde::status::error, "a message longer than three");
  }
  const auto span = kept.only();
  EXPECT_EQ(span.name, "a name longer than three");
  EXPECT_EQ(span.status_message, "a message longer than three");
  EXPECT_EQ(span.attributes["umlauts"], cut);
  EXPECT_EQ(span.attributes["short"], "abc");
  EXPECT_EQ(span.attributes["array"].as<value::array>()[0], cut);
  EXPECT_EQ(span.attributes["array"].as<value::array>()[1], "abc");
  EXPECT_EQ(span.attributes["map"].as<value::map>()[0].first, "a long key");
  EXPECT_EQ(span.attributes["map"].as<value::map>()[0].second, cut);
  EXPECT_EQ(span.attributes["number"], 123456);
  EXPECT_EQ(span.events.at(0).attributes["text"], cut);
  EXPECT_EQ(span.cut_attributes, 0u);
  EXPECT_EQ(kept.session.stats().exporters.at(0).spans.cut, 5u) << "of the attributes, of the array, the map and the event";
}

// A reported exception has two attributes: exception.type and exception.message, which is the body, too.

TEST(log_limits, keep_the_first_attributes_of_a_log_and_count_the_rest) {
  recording kept{{.limits = sonde::record::span_limits{.attributes = 3},
                  .log_limits = sonde::record::log_limits{.attributes = 1}}};
  {
    sonde::span<"span"> span;
    span.set_attribute<"a">(1);
    span.set_attribute<"b">(2);
  }
  sonde::report_exception(std::runtime_error{"a message"});
  EXPECT_EQ(kept.only().attributes.all.size(), 2u) << "spans have limits of their own";
  const auto logs = kept.memory.logs();
  ASSERT_EQ(logs.size(), 1u);
  ASSERT_EQ(logs[0].attributes.all.size(), 1u);
  EXPECT_EQ(logs[0].attributes["exception.type"], "std::runtime_error");
  EXPECT_EQ(kept.session.stats().exporters.at(0).logs.cut, 1u);
}

TEST(log_limits, shorten_texts_but_not_the_body) {
  recording kept{{.limits = sonde::record::span_limits{.value_length = 1},
                  .log_limits = sonde::record::log_limits{.value_length = 3}}};
  const std::string umlauts = "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
  sonde::report_exception(std::runtime_error{umlauts});
  static_cast<void>(kept.spans());
  const auto logs = kept.memory.logs();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].body, umlauts);
  EXPECT_EQ(logs[0].attributes["exception.message"], "\xC3\xA4\xC3\xA4\xC3\xA4");
  EXPECT_EQ(logs[0].attributes["exception.type"], "std");
}

TEST(log_limits, may_be_nothing_at_all) {
  for (const sonde::record::log_limits limits : {sonde::record::log_limits{.attributes = 0}, {.value_length = 0}}) {
    recording kept{{.log_limits = limits}};
    sonde::report_exception(std::runtime_error{"a message"});
    static_cast<void>(kept.spans());
    const auto logs = kept.memory.logs();
    ASSERT_EQ(logs.size(), 1u);
    EXPECT_EQ(logs[0].body, "a message");
    EXPECT_EQ(logs[0].attributes.all.size(), limits.attributes == 0 ? 0u : 2u);
    for (const auto& each : logs[0].attributes.all) EXPECT_EQ(each.value, "");
  }
}

TEST(span_view, values_of_many_megabytes_arrive_or_are_counted) {
  recording kept;
  const std::string ten(10u << 20, 'x');
  const std::string twenty(20u << 20, 'y');
  {
    sonde::span<"ten"> span;
    span.set_attribute<"ten">(ten);
    span.set_attribute<"ten more">(ten);  // together more than a record holds
    span.set_attribute<"small">(1);
  }
  {
    sonde::span<"twenty"> span;
    span.set_attribute<"twenty">(twenty);
    span.add_event<"event">(sonde::attr<"twenty">(twenty), sonde::attr<"small">(2));
    span.update_name(twenty);
  }
  const auto large = kept.named("ten");
  EXPECT_EQ(large.attributes["ten"].as<std::string>().size(), ten.size());
  EXPECT_FALSE(large.attributes.contains("ten more"));
  EXPECT_EQ(large.attributes["small"], 1);
  EXPECT_EQ(large.cut_attributes, 1u);
  const auto larger = kept.named("twenty");
  EXPECT_TRUE(larger.attributes.all.empty());
  EXPECT_EQ(larger.events.at(0).attributes.all.size(), 1u);
  EXPECT_EQ(larger.events.at(0).attributes["small"], 2);
  EXPECT_EQ(larger.cut_attributes, 3u);
  EXPECT_EQ(kept.session.stats().spans.cut, 4u);
}

TEST(span_view, entries_that_outgrow_the_guard_arrive) {
  recording kept;
  {
    sonde::span<"span"> span;
    const std::string text(100, 't');
    for (int i = 0; i < 50; ++i) span.add_event<"event">(sonde::attr<"text">(text), sonde::attr<"i">(i));
    span.set_attribute<"after">(true);
  }
  const auto span = kept.only();
  ASSERT_EQ(span.events.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(span.events[static_cast<std::size_t>(i)].attributes["i"], i);
  EXPECT_EQ(span.attributes["after"], true);
}

}  // namespace
