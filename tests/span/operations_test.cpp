// SPDX-License-Identifier: MIT
// What can be said about an open span. (Types of values: record/value_test.cpp.)

#include <sonde/span/operations.hpp>

#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

TEST(operations, annotations_and_metadata_are_marked) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"plain">(1);
    span.put_annotation<"handle">("andrew");
    span.put_metadata<"results", "user_activities">(7);
    span.put_metadata<"now">("noon");
  }
  const auto all = kept.only().attributes.all;
  ASSERT_EQ(all.size(), 4u);
  EXPECT_FALSE(all[0].annotation);
  EXPECT_EQ(all[0].metadata_namespace, "");
  EXPECT_TRUE(all[1].annotation);
  EXPECT_EQ(all[1].value, "andrew");
  EXPECT_FALSE(all[2].annotation);
  EXPECT_EQ(all[2].metadata_namespace, "user_activities");
  EXPECT_EQ(all[3].metadata_namespace, "default");
}

TEST(operations, a_lazy_value_is_asked_for_once) {
  recording kept;
  int called = 0;
  {
    sonde::span<"span"> span;
    span.set_attribute<"lazy">([&] { return ++called; });
    span.put_annotation<"annotation">([] { return "text"; });
    span.put_metadata<"metadata">([] { return std::string(500, 'x'); });
  }
  const auto span = kept.only();
  EXPECT_EQ(called, 1);
  EXPECT_EQ(span.attributes["lazy"], 1);
  EXPECT_EQ(span.attributes["annotation"], "text");
  EXPECT_EQ(span.attributes["metadata"], std::string(500, 'x'));
}

TEST(operations, a_lazy_value_that_throws_is_left_out_and_counted) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"before">(1);
    span.set_attribute<"broken">([]() -> int { throw std::runtime_error{"no value"}; });
    span.set_attribute<"after">(2);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.attributes.all.size(), 2u);
  EXPECT_EQ(span.cut_attributes, 1u);
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(kept.session.stats().spans.cut, 1u);
}

TEST(operations, events_have_attributes_and_lie_within_the_span) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.add_event<"first">();
    const std::string text = "text";
    span.add_event<"second">(sonde::attr<"text">(text), sonde::attr<"literal">("literal"), sonde::attr<"whole">(7));
  }
  const auto span = kept.only();
  ASSERT_EQ(span.events.size(), 2u);
  EXPECT_EQ(span.events[0].name, "first");
  EXPECT_TRUE(span.events[0].attributes.all.empty());
  EXPECT_EQ(span.events[1].attributes["text"], "text");
  EXPECT_EQ(span.events[1].attributes["literal"], "literal");
  EXPECT_EQ(span.events[1].attributes["whole"], 7);
  EXPECT_LE(span.start_unix_nano, span.events[0].unix_nano);
  EXPECT_LE(span.events[0].unix_nano, span.events[1].unix_nano);
  EXPECT_LE(span.events[1].unix_nano, span.end_unix_nano);
}

TEST(operations, links_point_elsewhere) {
  recording kept;
  const sonde::span_context linked{{{1}}, {{2}}, true, true};
  {
    sonde::span<"span"> span;
    span.add_link(linked, sonde::attr<"why">("because"));
    span.add_link({{{3}}, {{4}}, false, false});
  }
  const auto links = kept.only().links;
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].context.trace_id, linked.trace_id);
  EXPECT_EQ(links[0].context.span_id, linked.span_id);
  EXPECT_TRUE(links[0].context.sampled);
  EXPECT_EQ(links[0].attributes["why"], "because");
  EXPECT_FALSE(links[1].context.sampled);
}

/// Status after two calls. Source: OpenTelemetry specification, "Set Status".
struct outcome {
  sonde::status status;
  std::string message;
  bool operator==(const outcome&) const = default;
};
template <class First, class Second>
outcome after(First first, Second second) {
  recording kept;
  {
    sonde::span<"span"> span;
    first(span);
    second(span);
  }
  const auto span = kept.only();
  return {span.status, span.status_message};
}
TEST(operations, status_follows_the_rules) {
  using sonde::status;
  const auto nothing = [](auto&) {};
  const auto unset = [](auto& span) { span.set_status(status::unset, "ignored"); };
  const auto ok = [](auto& span) { span.set_status(status::ok, "ignored"); };
  const auto error = [](auto& span) { span.set_status(status::error, "why"); };
  const auto other_error = [](auto& span) { span.set_status(status::error, std::string{"again"}); };
  const auto bare_error = [](auto& span) { span.set_status(status::error); };
  EXPECT_EQ(after(nothing, nothing), (outcome{status::unset, ""}));
  EXPECT_EQ(after(unset, nothing), (outcome{status::unset, ""}));
  EXPECT_EQ(after(error, nothing), (outcome{status::error, "why"}));
  EXPECT_EQ(after(bare_error, nothing), (outcome{status::error, ""}));
  EXPECT_EQ(after(error, unset), (outcome{status::error, "why"}));
  EXPECT_EQ(after(error, other_error), (outcome{status::error, "again"}));
  EXPECT_EQ(after(ok, error), (outcome{status::ok, ""}));
  EXPECT_EQ(after(error, ok), (outcome{status::ok, ""}));
}

TEST(operations, a_name_may_be_replaced) {
  recording kept;
  {
    sonde::span<"site"> span;
    span.update_name("first");
    span.update_name(std::string{"GET /api/"} + "home");
    span.update_name("");
  }
  EXPECT_EQ(kept.only().name, "GET /api/home");
}

TEST(operations, record_exception_adds_the_event_and_leaves_the_status) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.record_exception(std::out_of_range{"too far"});
  }
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::unset);
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].name, "exception");
  EXPECT_EQ(span.events[0].attributes["exception.type"], "std::out_of_range");
  EXPECT_EQ(span.events[0].attributes["exception.message"], "too far");
  EXPECT_FALSE(span.events[0].attributes.contains("sonde.exception.inferred"));
}

TEST(operations, the_current_span_takes_all_of_it) {
  recording kept;
  {
    sonde::span<"outer"> outer;
    {
      sonde::span<"inner"> inner;
      sonde::current_span().set_attribute<"user.id">(7);
      sonde::current_span().add_event<"event">();
      sonde::current_span().set_status(sonde::status::error, "why");
      sonde::current_span().update_name("renamed");
      EXPECT_TRUE(sonde::current_span().is_recording());
    }
    sonde::current_span().put_annotation<"handle">("andrew");
  }
  const auto inner = kept.named("renamed");
  EXPECT_EQ(inner.attributes["user.id"], 7);
  EXPECT_EQ(inner.events.size(), 1u);
  EXPECT_EQ(inner.status_message, "why");
  EXPECT_EQ(kept.named("outer").attributes["handle"], "andrew");
}

TEST(operations, without_a_current_span_nothing_happens) {
  recording kept;
  sonde::current_span().set_attribute<"key">(1);
  sonde::current_span().record_exception(std::runtime_error{"e"});
  EXPECT_FALSE(sonde::current_span().is_recording());
  EXPECT_FALSE(sonde::current_span().context().valid());
  std::thread{[] { sonde::current_span().set_attribute<"key">(1); }}.join();
  EXPECT_TRUE(kept.spans().empty());
}

}  // namespace
