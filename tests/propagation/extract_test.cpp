// SPDX-License-Identifier: MIT

#include <sonde/propagation/extract.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::span_context;
using sonde::propagation::extract;
using sonde::propagation::extracted;
using sonde::propagation::propagator_list;
using sonde::propagation::view;
using enum sonde::propagation::propagator;

constexpr std::string_view root = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736";  // the example's trace
const std::string xray_of_example = std::string{root} + ";Parent=00f067aa0ba902b7;Sampled=1";
const std::string other_xray = "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=0";
constexpr span_context other{
    .trace_id = trace("67891233abcdef012345678912345678"), .span_id = span("463ac35c9f6413ad"), .remote = true};

std::string joined(const sonde::field_lines& from) {
  std::string all;
  for (const sonde::meta::text line : from) all += std::string{view(line)} + "\n";
  return all;
}

TEST(extract, finds_nothing_without_headers) {
  for (const header_list& headers :
       {header_list{}, header_list{{"Host", "x"}, {"Accept", "y"}}, header_list{{"traceparent", ""}, {"tracestate", " "}}}) {
    const extracted found = extract(headers, {tracecontext, baggage, b3, b3multi, xray});
    EXPECT_EQ(found.parent, span_context{});
    EXPECT_TRUE(found.fields.empty());
    EXPECT_FALSE(found.asks_for_decision);
  }
}

TEST(extract, finds_what_the_list_names_and_nothing_else) {
  const header_list headers{{"traceparent", std::string{example_traceparent}}, {"tracestate", "a=1"}, {"baggage", "k=v"}};
  EXPECT_EQ(extract(headers, {none}).parent, span_context{});
  EXPECT_TRUE(extract(headers, {none}).fields.empty());
  EXPECT_EQ(extract(headers, {tracecontext}).parent, example);
  EXPECT_TRUE(extract(headers, {tracecontext}).fields.baggage.empty());
  EXPECT_FALSE(extract(headers, {baggage}).parent.valid());
  EXPECT_TRUE(extract(headers, {baggage}).fields.tracestate.empty());
  EXPECT_EQ(joined(extract(headers, {baggage}).fields.baggage), "k=v\n");
}

TEST(extract, gives_a_span_its_parent) {
  const header_list headers{{"traceparent", std::string{example_traceparent}}};
  const span_context parent = extract(headers);
  EXPECT_EQ(parent, example);
  EXPECT_TRUE(parent.remote);
}

TEST(extract, compares_names_in_any_case) {
  for (const char* const name : {"traceparent", "Traceparent", "TRACEPARENT", "TrAcEpArEnT"})
    EXPECT_EQ(extract(header_list{{name, std::string{example_traceparent}}}).parent, example) << name;
  for (const char* const name :
       {"trace-parent", "traceparen", "traceparents", "traceparent ", "tracepAren\xD4", "TRACEPAREN\x14"})
    EXPECT_FALSE(extract(header_list{{name, std::string{example_traceparent}}}).parent.valid()) << name;
  EXPECT_EQ(extract(header_list{{"x-amzn-trace-id", xray_of_example}}, {xray}).parent, example);
  EXPECT_FALSE(extract(header_list{{"x\ramzn-trace-id", xray_of_example}}, {xray}).parent.valid()) << "no case of '-'";
}

TEST(extract, believes_none_of_two_traceparents) {
  const std::string one{example_traceparent};
  const std::string two = "00-11111111111111111111111111111111-1111111111111111-01";
  EXPECT_FALSE(extract(header_list{{"traceparent", one}, {"traceparent", two}}).parent.valid());
  EXPECT_FALSE(extract(header_list{{"traceparent", one}, {"TraceParent", one}}).parent.valid()) << "even if they agree";
  EXPECT_FALSE(extract(header_list{{"traceparent", one + "," + two}}).parent.valid());
  EXPECT_TRUE(extract(header_list{{"traceparent", one}, {"traceparent", ""}}).parent.valid()) << "an empty one is none";
}

TEST(extract, drops_tracestate_without_a_valid_traceparent) {
  EXPECT_TRUE(extract(header_list{{"tracestate", "a=1"}}).fields.empty());
  EXPECT_TRUE(extract(header_list{{"traceparent", "00-bad"}, {"tracestate", "a=1"}}).fields.empty());
  const header_list with_xray{{"tracestate", "a=1"}, {"x-amzn-trace-id", xray_of_example}};
  EXPECT_TRUE(extract(with_xray, {tracecontext, xray}).fields.empty());
}

TEST(extract, keeps_traceparent_where_tracestate_is_bad) {
  const header_list headers{{"traceparent", std::string{example_traceparent}}, {"tracestate", "a=1,B=2"}};
  const extracted found = extract(headers);
  EXPECT_EQ(found.parent, example);
  EXPECT_TRUE(found.fields.tracestate.empty());
}

TEST(extract, keeps_the_lines_of_tracestate_in_order_and_in_any_case) {
  const header_list headers{{"tracestate", "a=1,b=2"},
                            {"traceparent", std::string{example_traceparent}},
                            {"TraceState", ""},
                            {"TRACESTATE", " c=3 "}};
  const extracted found = extract(headers);
  EXPECT_EQ(joined(found.fields.tracestate), "a=1,b=2\nc=3\n");
  EXPECT_EQ(found.fields.trace_id, example.trace_id);
}

TEST(extract, drops_a_tracestate_of_which_it_has_no_room_for_all_lines) {
  header_list headers{{"traceparent", std::string{example_traceparent}}};
  for (const char* const line : {"a=1", "b=2", "c=3", "d=4"}) headers.emplace_back("tracestate", line);
  EXPECT_EQ(extract(headers).fields.tracestate.count, 4u);
  headers.emplace_back("tracestate", "e=5");
  EXPECT_TRUE(extract(headers).fields.tracestate.empty());
  EXPECT_EQ(extract(headers).parent, example);
}

TEST(extract, keeps_baggage_without_any_trace) {
  const header_list headers{{"baggage", "a=1"}, {"Baggage", "b=2"}};
  const extracted found = extract(headers);
  EXPECT_FALSE(found.parent.valid());
  EXPECT_EQ(joined(found.fields.baggage), "a=1\nb=2\n");
}

TEST(extract, bounds_what_it_keeps_of_baggage) {
  std::string many = "k=v";
  for (int i = 0; i < 5000; ++i) many += ",k=v";
  const header_list headers{{"baggage", many}, {"baggage", many}};
  EXPECT_EQ(joined(extract(headers).fields.baggage), many.substr(0, 64 * 4 - 1) + "\n");
}

TEST(extract, lets_the_last_of_the_list_win) {
  const header_list both{{"x-amzn-trace-id", other_xray}, {"traceparent", std::string{example_traceparent}}};
  EXPECT_EQ(extract(both, {tracecontext, xray}).parent, other);
  EXPECT_EQ(extract(both, {xray, tracecontext}).parent, example);
  const header_list swapped{both[1], both[0]};
  EXPECT_EQ(extract(swapped, {tracecontext, xray}).parent, other) << "whatever the order of the headers";
}

TEST(extract, lets_a_missing_or_invalid_header_wipe_nothing) {
  const std::string good{example_traceparent};
  for (const char* const bad : {"", "Root=bad", "Parent=463ac35c9f6413ad;Sampled=1"})
    EXPECT_EQ(extract(header_list{{"traceparent", good}, {"x-amzn-trace-id", bad}}, {tracecontext, xray}).parent, example);
  EXPECT_EQ(extract(header_list{{"traceparent", good}}, {tracecontext, xray, b3, b3multi, baggage}).parent, example);
  EXPECT_EQ(extract(header_list{{"traceparent", good}, {"b3", "0"}}, {tracecontext, b3}).parent, example);
  const header_list second_bad{{"traceparent", "00-bad"}, {"x-amzn-trace-id", xray_of_example}};
  EXPECT_EQ(extract(second_bad, {xray, tracecontext}).parent, example);
}

TEST(extract, drops_what_belongs_to_a_trace_that_lost) {
  const header_list both{{"traceparent", std::string{example_traceparent}},
                         {"tracestate", "a=1"},
                         {"baggage", "k=v"},
                         {"x-amzn-trace-id", other_xray + ";Lineage=1"}};
  const extracted xray_wins = extract(both, {tracecontext, baggage, xray});
  EXPECT_TRUE(xray_wins.fields.tracestate.empty());
  EXPECT_EQ(view(xray_wins.fields.xray), other_xray + ";Lineage=1");
  EXPECT_EQ(xray_wins.fields.trace_id, other.trace_id);
  EXPECT_EQ(xray_wins.fields.baggage.count, 1u) << "which belongs to no trace";
  const extracted traceparent_wins = extract(both, {xray, tracecontext});
  EXPECT_EQ(joined(traceparent_wins.fields.tracestate), "a=1\n");
  EXPECT_TRUE(traceparent_wins.fields.xray.empty());
  EXPECT_EQ(traceparent_wins.fields.trace_id, example.trace_id);
}

TEST(extract, keeps_what_two_headers_of_one_trace_say) {
  const header_list both{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-02"},
                         {"tracestate", "a=1"},
                         {"x-amzn-trace-id", xray_of_example + ";Lineage=1"}};
  for (const propagator_list list : {propagator_list{tracecontext, xray}, propagator_list{xray, tracecontext}}) {
    const extracted found = extract(both, list);
    EXPECT_EQ(joined(found.fields.tracestate), "a=1\n");
    EXPECT_EQ(view(found.fields.xray), xray_of_example + ";Lineage=1");
    EXPECT_TRUE(found.parent.random) << "as it keeps the trace id";
  }
  EXPECT_EQ(extract(both, {tracecontext, xray}).parent.span_id, example.span_id);
  EXPECT_EQ(extract(both, {xray, tracecontext}).parent.span_id, span("1111111111111111"));
}

TEST(extract, takes_a_trace_without_parent_from_a_load_balancer) {
  const extracted found = extract(header_list{{"x-amzn-trace-id", std::string{root}}}, {tracecontext, baggage, xray});
  EXPECT_EQ(found.parent.trace_id, example.trace_id);
  EXPECT_FALSE(found.parent.span_id.valid());
  EXPECT_TRUE(found.parent.continues_trace());
  EXPECT_TRUE(found.parent.undecided);
  EXPECT_TRUE(found.fields.empty());
}

TEST(extract, lets_a_load_balancer_break_no_trace) {
  const std::string good{example_traceparent};
  for (const char* const incomplete :
       {"Root=1-67891233-abcdef012345678912345678", "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad",
        "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=?;Foo=bar",
        "Root=1-67891233-abcdef012345678912345678;Sampled=1"}) {
    const header_list headers{{"traceparent", good}, {"tracestate", "a=1"}, {"x-amzn-trace-id", incomplete}};
    for (const propagator_list list : {propagator_list{tracecontext, xray}, propagator_list{xray, tracecontext}}) {
      const extracted found = extract(headers, list);
      EXPECT_EQ(found.parent, example) << incomplete;
      EXPECT_EQ(joined(found.fields.tracestate), "a=1\n") << incomplete;
      EXPECT_TRUE(found.fields.xray.empty()) << incomplete;
      EXPECT_FALSE(found.asks_for_decision) << incomplete;
    }
  }
}

TEST(extract, hears_who_asks_for_a_decision) {
  const std::string asking = std::string{root} + ";Parent=00f067aa0ba902b7;Sampled=?";
  EXPECT_TRUE(extract(header_list{{"x-amzn-trace-id", asking}}, {xray}).asks_for_decision);
  EXPECT_TRUE(extract(header_list{{"x-amzn-trace-id", asking}}, {xray}).parent.undecided);
  EXPECT_FALSE(extract(header_list{{"x-amzn-trace-id", xray_of_example}}, {xray}).asks_for_decision);
  const header_list both{{"traceparent", std::string{example_traceparent}}, {"x-amzn-trace-id", asking}};
  EXPECT_TRUE(extract(both, {tracecontext, xray}).asks_for_decision) << "for the same trace";
  EXPECT_TRUE(extract(both, {xray, tracecontext}).asks_for_decision);
  EXPECT_TRUE(extract(both, {tracecontext, xray}).parent.sampled) << "traceparent has decided";
}

TEST(extract, keeps_no_xray_header_without_vendor_pairs) {
  EXPECT_TRUE(extract(header_list{{"x-amzn-trace-id", xray_of_example + ";Self=1-2-3"}}, {xray}).fields.xray.empty());
}

TEST(extract, looks_at_no_more_than_1024_bytes_of_an_xray_header) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += ";key" + std::to_string(1000 + i) + "=1";  // 10 KB
  const std::string value = xray_of_example + many;
  const header_list headers{{"x-amzn-trace-id", value}};
  const extracted found = extract(headers, {xray});
  EXPECT_EQ(found.parent, example);
  EXPECT_EQ(view(found.fields.xray), value.substr(0, 74 + 950)) << "whole pairs";
  EXPECT_FALSE(extract(header_list{{"x-amzn-trace-id", std::string(2000, 'x')}}, {xray}).parent.continues_trace());
  EXPECT_FALSE(extract(header_list{{"x-amzn-trace-id", many + ";" + xray_of_example}}, {xray}).parent.continues_trace());
}

TEST(extract, prefers_the_single_b3_header) {
  const header_list both{{"X-B3-TraceId", "80f198ee56343ba864fe8b2a57d3eff7"},
                         {"X-B3-SpanId", "e457b5a2e4d86bd1"},
                         {"X-B3-Sampled", "0"},
                         {"X-B3-ParentSpanId", "05e3ac9a4f6e3b90"},
                         {"b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"}};
  for (const propagator_list list : {propagator_list{b3}, propagator_list{b3multi}})
    EXPECT_EQ(extract(both, list).parent, example) << "with either name";
  header_list several{both.begin(), both.end() - 1};
  EXPECT_EQ(extract(several, {b3}).parent.span_id, span("e457b5a2e4d86bd1"));
  several.emplace_back("b3", "malformed");
  EXPECT_EQ(extract(several, {b3}).parent.span_id, span("e457b5a2e4d86bd1"));
  several.emplace_back("X-B3-Flags", "1");
  EXPECT_TRUE(extract(several, {b3multi}).parent.sampled);
}

TEST(extract, takes_the_first_of_several_b3_headers) {
  const header_list twice{{"b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"},
                          {"B3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0"}};
  EXPECT_EQ(extract(twice, {b3}).parent, example);
}

}  // namespace
