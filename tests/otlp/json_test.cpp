// SPDX-License-Identifier: MIT

#include <sonde/otlp/json.hpp>

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "otlp/hand_made_span.hpp"

namespace {

using nlohmann::json;
using sonde::testing::hand_made_span;
using sonde::testing::payload;

json traces_of(const sonde::record::span_view& span) {
  sonde::resource::resource who;
  who.set("service.name", "demo \"x\"");
  who.set("process.pid", std::int64_t{7});
  who.set("ok", true);
  sonde::otlp::json_encoder encoder{who};
  encoder.append(span);
  const std::string text = encoder.request(encoder.take());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  return json::parse(text);
}
json span_of(const sonde::record::span_view& span) {
  return traces_of(span).at("/resourceSpans/0/scopeSpans/0/spans/0"_json_pointer);
}
json value_of(payload value) {
  hand_made_span made;
  made.add("k", std::move(value));
  const json attribute = span_of(made.view()).at("attributes").at(0);
  EXPECT_EQ(attribute.at("key"), "k");
  return attribute.at("value");
}

TEST(json, a_span) {
  hand_made_span made;
  made.header().parent_id.bytes[7] = 0xAB;
  sonde::record::span_view span = made.view();
  span.header.status = static_cast<std::uint8_t>(sonde::status::error);
  span.status_message = "x\xFF";
  const json traces = traces_of(span);
  EXPECT_EQ(traces, json::parse(R"({"resourceSpans":[{"resource":{"attributes":[
    {"key":"service.name","value":{"stringValue":"demo \"x\""}},{"key":"process.pid","value":{"intValue":"7"}},
    {"key":"ok","value":{"boolValue":true}}]},"scopeSpans":[{"scope":{"name":"lib"},"spans":[
    {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"00000000000000ab",
     "name":"op","kind":1,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",
     "attributes":[],"status":{"code":2,"message":"x\ufffd"},"flags":257}]}]}]})"));
}

TEST(json, values_that_look_like_nothing_are_there) {
  EXPECT_EQ(value_of(payload::integer(0)), json::parse(R"({"intValue":"0"})"));
  EXPECT_EQ(value_of(payload::boolean(false)), json::parse(R"({"boolValue":false})"));
  EXPECT_EQ(value_of(payload::text("")), json::parse(R"({"stringValue":""})"));
  EXPECT_EQ(value_of(payload::array({})), json::parse(R"({"arrayValue":{"values":[]}})"));
  EXPECT_EQ(value_of(payload::map({})), json::parse(R"({"kvlistValue":{"values":[]}})"));
}

TEST(json, numbers_to_their_ends) {
  EXPECT_EQ(value_of(payload::integer(INT64_MIN)), json::parse(R"({"intValue":"-9223372036854775808"})"));
  EXPECT_EQ(value_of(payload::integer(INT64_MAX)), json::parse(R"({"intValue":"9223372036854775807"})"));
  EXPECT_EQ(value_of(payload::real(std::numeric_limits<double>::quiet_NaN())), json::parse(R"({"doubleValue":"NaN"})"));
  EXPECT_EQ(value_of(payload::real(-std::numeric_limits<double>::infinity())), json::parse(R"({"doubleValue":"-Infinity"})"));
  EXPECT_EQ(value_of(payload::real(0.1)).at("doubleValue").get<double>(), 0.1);
  hand_made_span made;
  made.add("k", payload::real(-0.0));
  sonde::otlp::json_encoder encoder{{}};
  encoder.append(made.view());
  EXPECT_NE(encoder.request(encoder.take()).find(R"({"doubleValue":-0})"), std::string::npos);  // the parser here would make it an integer
}

TEST(json, text_of_any_kind) {
  EXPECT_EQ(value_of(payload::text(std::string_view{"a\0\"\\\n\xE2\x80\xA8\xFF", 9})).at("stringValue").get<std::string>(),
            (std::string{"a\0\"\\\n\xE2\x80\xA8\xEF\xBF\xBD", 11}));
  const std::string large(100'000, '\x01');
  EXPECT_EQ(value_of(payload::text(large)).at("stringValue").get<std::string>(), large);
}

TEST(json, compounds_nest) {
  EXPECT_EQ(value_of(payload::map({payload::text("a\""), payload::array({payload::integer(1), payload::real(0.5)}),
                                   payload::text("b"), payload::boolean(true)})),
            json::parse(R"({"kvlistValue":{"values":[
              {"key":"a\"","value":{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":0.5}]}}},
              {"key":"b","value":{"boolValue":true}}]}})"));
  payload nested = payload::integer(7);
  for (int i = 0; i < 70; ++i) nested = payload::array({nested});
  const std::string text = value_of(nested).dump();
  EXPECT_EQ(text.find("intValue"), std::string::npos);
  EXPECT_NE(text.find("[{}]"), std::string::npos);
}

TEST(json, tracestate_and_random_flag) {
  hand_made_span made;
  EXPECT_FALSE(span_of(made.view()).contains("traceState"));
  made.header().flags |= sonde::record::random_id;
  sonde::record::span_view span = made.view();
  span.tracestate = "rojo=1,congo=\"2\"";
  const json written = span_of(span);
  EXPECT_EQ(written.at("traceState"), "rojo=1,congo=\"2\"");
  EXPECT_EQ(written.at("flags"), 0x103);
}

TEST(json, events_links_and_losses) {
  hand_made_span made;
  made.header().flags |= sonde::record::remote_parent;
  made.add_event("e\"", 1, "k", payload::integer(5));
  made.add_link();
  sonde::record::span_view span = made.view();
  span.cut_attributes = 1;
  span.cut_events = 2;
  span.cut_links = 3;
  const json written = span_of(span);
  EXPECT_EQ(written.at("events"), json::parse(R"([{"timeUnixNano":"1","name":"e\"","attributes":[{"key":"k","value":{"intValue":"5"}}]}])"));
  EXPECT_EQ(written.at("links"),
            json::parse(R"([{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","flags":1}])"));
  EXPECT_EQ(written.at("droppedAttributesCount"), 1);
  EXPECT_EQ(written.at("droppedEventsCount"), 2);
  EXPECT_EQ(written.at("droppedLinksCount"), 3);
  EXPECT_EQ(written.at("flags"), 0x301);
}

TEST(json, the_place_joins_the_attributes) {
  sonde::record::registered place;
  place.location_json = sonde::record::location_json("a\\b.cpp", 3, "f");
  for (const bool with_attribute : {false, true}) {
    hand_made_span made;
    if (with_attribute) made.add("k", payload::integer(1));
    sonde::record::span_view span = made.view();
    span.location = &place;
    EXPECT_EQ(span_of(span).at("attributes").size(), with_attribute ? 4u : 3u);
  }
}

TEST(json, spans_of_many_scopes) {
  sonde::otlp::json_encoder encoder{{}};
  EXPECT_EQ(encoder.size(), 0u);
  hand_made_span one;
  hand_made_span other;
  other.site().scope = 2;
  for (int i = 0; i < 3; ++i) encoder.append(one.view());
  encoder.append(other.view());
  const json scopes = json::parse(encoder.request(encoder.take())).at("/resourceSpans/0/scopeSpans"_json_pointer);
  EXPECT_EQ(scopes.at(0).at("spans").size(), 3u);
  EXPECT_EQ(scopes.at(1).at("spans").size(), 1u);
  EXPECT_EQ(encoder.size(), 0u);
}

}  // namespace
