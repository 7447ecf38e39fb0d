// SPDX-License-Identifier: MIT

#include <sonde/propagation/inject.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/propagation/extract.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::propagated_fields;
using sonde::span_context;
using sonde::propagation::inject;
using sonde::propagation::propagator_list;
using enum sonde::propagation::propagator;

const propagator_list all{tracecontext, baggage, b3, b3multi, xray};

constexpr sonde::meta::text text(std::string_view from) { return {from.data(), from.size()}; }

header_list injected(propagator_list list, const span_context& context, const propagated_fields* fields = nullptr,
                     header_list into = {}) {
  EXPECT_TRUE(inject(into, list, context, fields));
  return into;
}

TEST(inject, writes_every_header_of_the_list) {
  EXPECT_EQ(injected(all, example),
            (header_list{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                         {"b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"},
                         {"X-B3-TraceId", "4bf92f3577b34da6a3ce929d0e0e4736"},
                         {"X-B3-SpanId", "00f067aa0ba902b7"},
                         {"X-B3-Sampled", "1"},
                         {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1"}}));
  EXPECT_EQ(injected({none}, example), header_list{});
  EXPECT_EQ(injected({xray}, example).size(), 1u);
}

TEST(inject, writes_nothing_of_an_invalid_context) {
  EXPECT_EQ(injected(all, {}), header_list{});
  EXPECT_EQ(injected(all, {.trace_id = example.trace_id}), header_list{});
  EXPECT_EQ(injected(all, {.span_id = example.span_id}), header_list{});
  const header_list before{{"traceparent", "kept"}};
  EXPECT_EQ(injected(all, {}, nullptr, before), before);
}

TEST(inject, writes_baggage_without_a_trace) {
  const propagated_fields fields{.baggage = lines({"a=1", "b = 2"})};
  EXPECT_EQ(injected(all, {}, &fields), (header_list{{"baggage", "a=1,b=2"}}));
}

TEST(inject, leaves_out_the_decision_where_it_is_open) {
  span_context open = example;
  open.sampled = false;
  open.undecided = true;
  const header_list headers = injected(all, open, nullptr, {{"x-b3-sampled", "1"}});
  EXPECT_EQ(value_of(headers, "traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_EQ(value_of(headers, "b3"), "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7");
  EXPECT_EQ(value_of(headers, "X-B3-Sampled"), missing);
  EXPECT_EQ(value_of(headers, "x-b3-sampled"), missing) << "of an earlier request";
  EXPECT_EQ(value_of(headers, "X-Amzn-Trace-Id"), "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7");
}

TEST(inject, writes_what_belongs_to_the_trace) {
  const propagated_fields fields{.trace_id = example.trace_id,
                                 .tracestate = lines({"a=1,,b=2", "c=3"}),
                                 .xray = text("Root=1-11111111-111111111111111111111111;Lineage=1")};
  const header_list headers = injected(all, example, &fields);
  EXPECT_EQ(value_of(headers, "tracestate"), "a=1,b=2,c=3");
  EXPECT_EQ(value_of(headers, "X-Amzn-Trace-Id"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1;Lineage=1");
}

TEST(inject, writes_nothing_that_belongs_to_another_trace) {
  const propagated_fields fields{.trace_id = trace("11111111111111111111111111111111"),
                                 .tracestate = lines({"a=1"}),
                                 .baggage = lines({"k=v"}),
                                 .xray = text("Lineage=1")};
  const header_list headers = injected(all, example, &fields);
  EXPECT_EQ(value_of(headers, "tracestate"), missing);
  EXPECT_EQ(value_of(headers, "X-Amzn-Trace-Id"), "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1");
  EXPECT_EQ(value_of(headers, "baggage"), "k=v");
}

TEST(inject, replaces_the_headers_of_an_earlier_request) {
  const header_list earlier{{"TraceParent", "old"}, {"Tracestate", "theirs=1"}, {"Accept", "text/html"}, {"B3", "old"},
                            {"x-b3-traceid", "old"}, {"X-B3-ParentSpanId", "old"}, {"X-B3-Flags", "1"},
                            {"x-amzn-trace-id", "old"}};
  const header_list headers = injected(all, example, nullptr, earlier);
  EXPECT_EQ(headers.size(), 7u);
  for (const auto& [name, value] : headers) EXPECT_NE(value, "old") << name;
  EXPECT_EQ(value_of(headers, "Accept"), "text/html");
  EXPECT_EQ(value_of(headers, "Tracestate"), missing) << "of another trace";
  EXPECT_EQ(value_of(headers, "X-B3-Flags"), missing);
  EXPECT_EQ(value_of(headers, "X-B3-ParentSpanId"), missing);
}

TEST(inject, leaves_the_users_own_baggage_alone) {
  const header_list own{{"baggage", "own=1"}};
  EXPECT_EQ(value_of(injected(all, example, nullptr, own), "baggage"), "own=1");
  const propagated_fields none_valid{.baggage = lines({"\"bad\""})};
  EXPECT_EQ(value_of(injected(all, example, &none_valid, own), "baggage"), "own=1");
}

// What a user puts into the fields by hand is not to be trusted more than what came in.
TEST(inject, lets_no_control_character_out) {
  for (const std::string_view hostile :
       {"a=1\r\nSet-Cookie: x=y", "a=1\r", "a=\n", "a=1;p=\n", "a=1,b=\r\n2", "\r\n", "a=\x7F", "A=1;B=\x01", "a=b\tc"}) {
    const propagated_fields fields{.trace_id = example.trace_id,
                                   .tracestate = lines({hostile}),
                                   .baggage = lines({hostile, "ok=1"}),
                                   .xray = text(hostile)};
    for (const auto& [name, value] : injected(all, example, &fields)) {
      EXPECT_FALSE(value.empty()) << name;
      for (const char c : value) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << name << " of " << hostile;
    }
  }
}

TEST(inject, passes_on_what_extract_found) {
  const header_list incoming{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-03"},
                             {"tracestate", "rojo=1 , congo=2"},
                             {"baggage", "userId=alice ; p"},
                             {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Lineage=1"}};
  const auto found = sonde::propagation::extract(incoming, all);
  span_context own = found.parent;
  own.span_id = example.span_id;
  const header_list headers = injected(all, own, &found.fields);
  EXPECT_EQ(value_of(headers, "traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03");
  EXPECT_EQ(value_of(headers, "tracestate"), "rojo=1,congo=2");
  EXPECT_EQ(value_of(headers, "baggage"), "userId=alice;p");
  EXPECT_EQ(value_of(headers, "X-Amzn-Trace-Id"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1;Lineage=1");
}

}  // namespace
