// SPDX-License-Identifier: MIT
// The cases of the W3C's test suite for Trace Context (w3c/trace-context, folder test), at the level of extract and inject: a
// service that answers each request with requests of its own.

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>
#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;

const std::string trace_id = "12345678901234567890123456789012";
const std::string parent_id = "1234567890123456";
const std::string sampled = "00-" + trace_id + "-" + parent_id + "-01";
const std::string unsampled = "00-" + trace_id + "-" + parent_id + "-00";

/// What the service sends.
struct sent {
  std::string traceparent;
  std::string tracestate;

  [[nodiscard]] std::string trace_id() const { return traceparent.substr(3, 32); }
  [[nodiscard]] std::string parent_id() const { return traceparent.substr(36, 16); }
  [[nodiscard]] bool continues() const { return trace_id() == ::trace_id; }
};

/// Continues the trace of the request, or begins one; each request it makes is a span of its own.
std::vector<sent> service(const header_list& request, int requests) {
  static sonde::context::id_source ids{{1, 2, 3, 4}};
  const sonde::propagation::extracted incoming = sonde::propagation::extract(request);
  sonde::span_context own = incoming.parent;
  if (!own.continues_trace()) own = {.trace_id = ids.next_trace_id(), .sampled = true, .random = true};
  std::vector<sent> all;
  for (int i = 0; i < requests; ++i) {
    own.span_id = ids.next_span_id();
    header_list headers;
    sonde::propagation::inject(headers, {}, own, &incoming.fields);
    const std::string state = value_of(headers, "tracestate");
    all.push_back({value_of(headers, "traceparent"), state == missing ? "" : state});
    EXPECT_TRUE(sonde::propagation::parse_traceparent(all.back().traceparent).valid());
  }
  return all;
}
sent service(const header_list& request) { return service(request, 1).front(); }

bool continues(const std::string& traceparent) { return service({{"traceparent", traceparent}}).continues(); }
/// What becomes of these tracestate headers beside a good traceparent, which always survives.
std::string tracestate_of(const std::vector<std::string>& lines) {
  header_list request{{"traceparent", unsampled}};
  for (const std::string& line : lines) request.emplace_back("tracestate", line);
  const sent answer = service(request);
  EXPECT_TRUE(answer.continues());
  return answer.tracestate;
}

TEST(trace_context_suite, both_missing) { EXPECT_EQ(service(header_list{}).traceparent.size(), 55u); }

TEST(trace_context_suite, traceparent_alone_is_continued_with_a_parent_of_our_own) {
  const sent answer = service({{"traceparent", sampled}});
  EXPECT_TRUE(answer.continues());
  EXPECT_NE(answer.parent_id(), parent_id);
}

TEST(trace_context_suite, traceparent_duplicated) {
  const std::string first = "00-12345678901234567890123456789011-1234567890123456-01";
  const sent answer = service({{"traceparent", first}, {"traceparent", sampled}});
  EXPECT_FALSE(answer.continues());
  EXPECT_NE(answer.trace_id(), "12345678901234567890123456789011");
}

TEST(trace_context_suite, traceparent_of_another_name) {
  for (const char* const name : {"trace-parent", "trace.parent"}) EXPECT_FALSE(service({{name, sampled}}).continues()) << name;
}

TEST(trace_context_suite, traceparent_in_other_case) {
  for (const char* const name : {"TraceParent", "TrAcEpArEnT", "TRACEPARENT"})
    EXPECT_TRUE(service({{name, sampled}}).continues()) << name;
}

TEST(trace_context_suite, version_00_with_more_behind) {
  EXPECT_FALSE(continues(sampled + "."));
  EXPECT_FALSE(continues(sampled + "-what-the-future-will-be-like"));
}

TEST(trace_context_suite, version_cc) {
  EXPECT_TRUE(continues("cc" + sampled.substr(2)));
  EXPECT_TRUE(continues("cc" + sampled.substr(2) + "-what-the-future-will-be-like"));
  EXPECT_FALSE(continues("cc" + sampled.substr(2) + ".what-the-future-will-be-like"));
}

TEST(trace_context_suite, version_ff) { EXPECT_FALSE(continues("ff" + sampled.substr(2))); }

TEST(trace_context_suite, version_with_illegal_characters) {
  EXPECT_FALSE(continues(".0" + sampled.substr(2)));
  EXPECT_FALSE(continues("0." + sampled.substr(2)));
}

TEST(trace_context_suite, version_too_long_or_too_short) {
  EXPECT_FALSE(continues("0" + sampled));
  EXPECT_FALSE(continues("00" + sampled));
  EXPECT_FALSE(continues(sampled.substr(1)));
}

TEST(trace_context_suite, trace_id_all_zero) {
  const sent answer = service({{"traceparent", "00-" + std::string(32, '0') + "-1234567890123456-01"}});
  EXPECT_NE(answer.trace_id(), std::string(32, '0'));
}

TEST(trace_context_suite, trace_id_with_illegal_characters) {
  for (const char* const bad : {".2345678901234567890123456789012", "1234567890123456789012345678901."}) {
    const sent answer = service({{"traceparent", std::string{"00-"} + bad + "-1234567890123456-01"}});
    EXPECT_NE(answer.trace_id(), bad);
  }
}

TEST(trace_context_suite, trace_id_too_long_or_too_short) {
  const sent long_one = service({{"traceparent", "00-" + trace_id + "3-1234567890123456-01"}});
  EXPECT_FALSE(long_one.continues());
  EXPECT_NE(long_one.trace_id(), trace_id.substr(1) + "3");
  const sent short_one = service({{"traceparent", "00-" + trace_id.substr(0, 31) + "-1234567890123456-01"}});
  EXPECT_NE(short_one.trace_id().substr(0, 31), trace_id.substr(0, 31));
  EXPECT_NE(short_one.trace_id().substr(1), trace_id.substr(0, 31));
}

TEST(trace_context_suite, parent_id_all_zero) { EXPECT_FALSE(continues("00-" + trace_id + "-0000000000000000-01")); }

TEST(trace_context_suite, parent_id_with_illegal_characters) {
  EXPECT_FALSE(continues("00-" + trace_id + "-.234567890123456-01"));
  EXPECT_FALSE(continues("00-" + trace_id + "-123456789012345.-01"));
}

TEST(trace_context_suite, parent_id_too_long_or_too_short) {
  EXPECT_FALSE(continues("00-" + trace_id + "-12345678901234567-01"));
  EXPECT_FALSE(continues("00-" + trace_id + "-123456789012345-01"));
}

TEST(trace_context_suite, trace_flags_with_illegal_characters) {
  EXPECT_FALSE(continues("00-" + trace_id + "-" + parent_id + "-.0"));
  EXPECT_FALSE(continues("00-" + trace_id + "-" + parent_id + "-0."));
}

TEST(trace_context_suite, trace_flags_too_long_or_too_short) {
  EXPECT_FALSE(continues("00-" + trace_id + "-" + parent_id + "-001"));
  EXPECT_FALSE(continues("00-" + trace_id + "-" + parent_id + "-1"));
}

TEST(trace_context_suite, traceparent_with_blanks_around) {
  for (const std::string& value : {" " + sampled, "\t" + sampled, sampled + " ", sampled + "\t", "\t " + sampled + " \t"})
    EXPECT_TRUE(continues(value)) << "'" << value << "'";
}

TEST(trace_context_suite, tracestate_without_traceparent) {
  EXPECT_EQ(service({{"tracestate", "foo=1"}}).tracestate, service({{"tracestate", "foo=1,bar=2"}}).tracestate);
  EXPECT_EQ(service({{"tracestate", "foo=1"}}).tracestate, "");
}

TEST(trace_context_suite, tracestate_with_traceparent) { EXPECT_EQ(tracestate_of({"foo=1,bar=2"}), "foo=1,bar=2"); }

TEST(trace_context_suite, tracestate_of_another_name) {
  for (const char* const name : {"trace-state", "trace.state"})
    EXPECT_EQ(service({{"traceparent", unsampled}, {name, "foo=1"}}).tracestate, "") << name;
}

TEST(trace_context_suite, tracestate_in_other_case) {
  for (const char* const name : {"TraceState", "TrAcEsTaTe", "TRACESTATE"})
    EXPECT_EQ(service({{"traceparent", unsampled}, {name, "foo=1"}}).tracestate, "foo=1") << name;
}

TEST(trace_context_suite, tracestate_empty) {
  EXPECT_EQ(tracestate_of({""}), "");
  EXPECT_EQ(tracestate_of({"foo=1", ""}), "foo=1");
  EXPECT_EQ(tracestate_of({"", "foo=1"}), "foo=1");
}

TEST(trace_context_suite, tracestate_in_several_headers) {
  EXPECT_EQ(tracestate_of({"foo=1,bar=2", "rojo=1,congo=2", "baz=3"}), "foo=1,bar=2,rojo=1,congo=2,baz=3");
}

TEST(trace_context_suite, tracestate_with_duplicated_keys) {
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {"foo=1,foo=1"}, {"foo=1,foo=2"}, {"foo=1", "foo=1"}, {"foo=1", "foo=2"}})
    EXPECT_EQ(tracestate_of(lines).substr(0, 5), "foo=1");
}

TEST(trace_context_suite, tracestate_with_all_allowed_characters) {
  std::string key, value;
  for (char c = 'a'; c <= 'z'; ++c) key += c;
  key += "0123456789_-*/";
  for (char c = ' '; c <= '~'; ++c)
    if (c != ',' && c != '=') value += c;
  EXPECT_EQ(tracestate_of({key + "=" + value}), key + "=" + value);
  EXPECT_EQ(tracestate_of({key + "@a-z0-9_-*/=" + value}), key + "@a-z0-9_-*/=" + value);
}

TEST(trace_context_suite, tracestate_with_blanks) {
  EXPECT_EQ(tracestate_of({"foo=1 \t , \t bar=2, \t baz=3"}), "foo=1,bar=2,baz=3");
  EXPECT_EQ(tracestate_of({"foo=1\t \t,\t \tbar=2,\t \tbaz=3"}), "foo=1,bar=2,baz=3");
  for (const char* const line : {" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"})
    EXPECT_EQ(tracestate_of({line}), "foo=1") << "'" << line << "'";
}

TEST(trace_context_suite, tracestate_key_with_illegal_characters) {
  for (const char* const line : {"foo =1", "FOO=1", "foo.bar=1"}) EXPECT_EQ(tracestate_of({line}), "") << line;
}

TEST(trace_context_suite, tracestate_key_with_at_signs) {
  EXPECT_EQ(tracestate_of({"@foo=1,bar=2"}), "");
  for (const char* const line : {"foo@=1,bar=2", "foo@@bar=1,bar=2", "foo@bar@baz=1,bar=2"})
    EXPECT_EQ(tracestate_of({line}), line);
}

TEST(trace_context_suite, tracestate_member_count_limit) {
  const std::string first = "bar01=01,bar02=02,bar03=03,bar04=04,bar05=05,bar06=06,bar07=07,bar08=08,bar09=09,bar10=10";
  const std::string second = "bar11=11,bar12=12,bar13=13,bar14=14,bar15=15,bar16=16,bar17=17,bar18=18,bar19=19,bar20=20";
  const std::string third = "bar21=21,bar22=22,bar23=23,bar24=24,bar25=25,bar26=26,bar27=27,bar28=28,bar29=29,bar30=30";
  EXPECT_EQ(tracestate_of({first, second, third, "bar31=31,bar32=32"}),
            first + "," + second + "," + third + ",bar31=31,bar32=32");
  EXPECT_EQ(tracestate_of({first, second, third, "bar31=31,bar32=32,bar33=33"}), "");
}

TEST(trace_context_suite, tracestate_key_length_limit) {
  const std::string z(256, 'z');
  EXPECT_EQ(tracestate_of({"foo=1", z + "=1"}), "foo=1," + z + "=1");
  EXPECT_EQ(tracestate_of({"foo=1", z + "z=1"}), "");
  for (const std::string& key :
       {std::string(241, 't') + "@" + std::string(14, 'v'), std::string(242, 't') + "@v", "t@" + std::string(15, 'v')})
    EXPECT_EQ(tracestate_of({"foo=1", key + "=1"}), "foo=1," + key + "=1");
}

TEST(trace_context_suite, tracestate_value_with_illegal_characters) {
  EXPECT_EQ(tracestate_of({"foo=bar=baz"}), "");
  EXPECT_EQ(tracestate_of({"foo=,bar=3"}), "");
}

std::set<std::string> distinct(const std::vector<sent>& answers, std::string (sent::*part)() const) {
  std::set<std::string> all;
  for (const sent& each : answers) all.insert((each.*part)());
  return all;
}

TEST(trace_context_suite, several_requests_of_one_trace_have_a_parent_each) {
  const std::vector<sent> answers = service({{"traceparent", sampled}}, 3);
  EXPECT_EQ(distinct(answers, &sent::trace_id), std::set<std::string>{trace_id});
  EXPECT_EQ(distinct(answers, &sent::parent_id).size(), 3u);
}

TEST(trace_context_suite, several_requests_without_traceparent_have_a_parent_each) {
  EXPECT_EQ(distinct(service(header_list{}, 3), &sent::parent_id).size(), 3u);
}

TEST(trace_context_suite, several_requests_with_illegal_traceparent_begin_a_trace) {
  const std::vector<sent> answers = service({{"traceparent", "00-" + std::string(32, '0') + "-1234567890123456-01"}}, 3);
  EXPECT_EQ(distinct(answers, &sent::trace_id).count(std::string(32, '0')), 0u);
  EXPECT_EQ(distinct(answers, &sent::parent_id).size(), 3u);
}

TEST(trace_context_suite, random_flag_is_propagated) {
  const sent answer = service({{"traceparent", "00-" + trace_id + "-" + parent_id + "-02"}});
  EXPECT_TRUE(answer.continues());
  EXPECT_NE(answer.parent_id(), parent_id);
  EXPECT_EQ(answer.traceparent.substr(53), "02");
}

}  // namespace
