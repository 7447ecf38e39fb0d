// SPDX-License-Identifier: MIT

#include <sonde/otlp/json_log.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/otlp/json.hpp>

#include "otlp/hand_made_log.hpp"

namespace {

using nlohmann::json;
using sonde::testing::hand_made_log;
using sonde::testing::payload;

json logs_of(const sonde::record::log_view& log) {
  sonde::resource::resource who;
  who.set("service.name", "demo");
  sonde::otlp::json_encoder encoder{who, sonde::otlp::signal::logs};
  encoder.append(log);
  const std::string text = encoder.request(encoder.take());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  return json::parse(text);
}
json log_of(const sonde::record::log_view& log) {
  return logs_of(log).at("/resourceLogs/0/scopeLogs/0/logRecords/0"_json_pointer);
}

TEST(json_log, with_everything) {
  hand_made_log made;
  made.add("k", payload::integer(-1));
  sonde::record::log_view log = made.view();
  log.cut_attributes = 2;
  EXPECT_EQ(logs_of(log), json::parse(R"({"resourceLogs":[{"resource":{"attributes":[
    {"key":"service.name","value":{"stringValue":"demo"}}]},"scopeLogs":[{"scope":{},"logRecords":[
    {"timeUnixNano":"1544712660000000000","observedTimeUnixNano":"1544712660000000000","severityNumber":13,
     "severityText":"warning","body":{"stringValue":"Hello"},"attributes":[{"key":"k","value":{"intValue":"-1"}}],
     "droppedAttributesCount":2,"flags":1,"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]})"));
}

TEST(json_log, with_next_to_nothing) {
  hand_made_log made;
  made.header() = {};
  made.header().kind = 200;  // no level
  made.body().clear();
  EXPECT_EQ(log_of(made.view()), json::parse(R"({"timeUnixNano":"1544712660000000000",
    "observedTimeUnixNano":"1544712660000000000","body":{"stringValue":""},"attributes":[]})"));
}

// Source: logs.proto: the first number of each band.
TEST(json_log, severities_by_level) {
  const char* const names[] = {"trace", "debug", "info", "warning", "error", "critical"};
  for (std::uint8_t level = 0; level < 6; ++level) {
    hand_made_log made;
    made.header().kind = level;
    EXPECT_EQ(log_of(made.view()).at("severityNumber"), 4 * level + 1);
    EXPECT_EQ(log_of(made.view()).at("severityText"), names[level]);
  }
}

TEST(json_log, a_trace_without_a_span) {
  hand_made_log made;
  made.header().span_id = {};
  EXPECT_TRUE(log_of(made.view()).contains("traceId"));
  EXPECT_FALSE(log_of(made.view()).contains("spanId"));
}

TEST(json_log, bodies_of_any_kind) {
  hand_made_log made;
  made.body() = std::string_view{"a\0\"\\\n\xE2\x80\xA8\xFF", 9};
  EXPECT_EQ(log_of(made.view()).at("/body/stringValue"_json_pointer).get<std::string>(),
            (std::string{"a\0\"\\\n\xE2\x80\xA8\xEF\xBF\xBD", 11}));
  made.body().assign(std::size_t{1} << 20, '\n');
  EXPECT_EQ(log_of(made.view()).at("/body/stringValue"_json_pointer).get<std::string>(), made.body());
}

TEST(json_log, attributes_of_each_type) {
  hand_made_log made;
  made.add("b", payload::boolean(false));
  made.add("i", payload::integer(std::numeric_limits<std::int64_t>::min()));
  made.add("d", payload::real(std::numeric_limits<double>::infinity()));
  made.add("s", payload::text(""));
  made.add("a", payload::array({payload::integer(1)}));
  made.add("m", payload::map({payload::text("k"), payload::boolean(true)}));
  EXPECT_EQ(log_of(made.view()).at("attributes"), json::parse(R"([
    {"key":"b","value":{"boolValue":false}},{"key":"i","value":{"intValue":"-9223372036854775808"}},
    {"key":"d","value":{"doubleValue":"Infinity"}},{"key":"s","value":{"stringValue":""}},
    {"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"}]}}},
    {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]}}}])"));
}

}  // namespace
