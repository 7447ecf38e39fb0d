// SPDX-License-Identifier: MIT

#include <sonde/otlp/added_attributes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/otlp/json.hpp>
#include <sonde/otlp/protobuf.hpp>
#include <sonde/record/location.hpp>

#include "otlp/hand_made_log.hpp"
#include "otlp/hand_made_span.hpp"
#include "otlp/protobuf_bytes.hpp"

namespace {

using namespace sonde::testing;
using nlohmann::json;
using sonde::otlp::signal;

const std::vector<sonde::resource::attribute> rate{{"SampleRate", std::int64_t{20}}};

template <class Record>
std::string in_protobuf(const Record& each, signal what, const std::vector<sonde::resource::attribute>& added = rate) {
  sonde::otlp::protobuf_encoder encoder{{}, what, added};
  encoder.append(each);
  const std::size_t foretold = encoder.size();
  const std::string request = encoder.request(encoder.take());
  EXPECT_LE(request.size(), foretold);
  return hex(records_in(request).at(0));
}
template <class Record>
json in_json(const Record& each, signal what, const std::vector<sonde::resource::attribute>& added = rate) {
  sonde::otlp::json_encoder encoder{{}, what, added};
  encoder.append(each);
  const std::size_t foretold = encoder.size();
  const std::string request = encoder.request(encoder.take());
  EXPECT_LE(request.size(), foretold);
  const char* const record = what == signal::traces ? "/resourceSpans/0/scopeSpans/0/spans/0/attributes"
                                                    : "/resourceLogs/0/scopeLogs/0/logRecords/0/attributes";
  return json::parse(request).at(json::json_pointer{record});
}

const json rate_in_json = json::parse(R"({"key":"SampleRate","value":{"intValue":"20"}})");
const json own_in_json = json::parse(R"({"key":"k","value":{"intValue":"5"}})");

// The bytes of an attribute come from the opentelemetry-proto package 1.44.0 for Python; own ones come first, then the place.
TEST(added_attributes, stand_behind_a_span_s_own) {
  sonde::record::registered place;
  place.location_protobuf = sonde::record::location_protobuf("a.cpp", 3, "f");
  place.location_json = sonde::record::location_json("a.cpp", 3, "f");
  for (const bool placed : {false, true})
    for (const bool own : {false, true}) {
      hand_made_span made;
      if (own) made.add("k", payload::integer(5));
      sonde::record::span_view span = made.view();
      if (placed) span.location = &place;
      span.cut_attributes = 1;
      const std::string bytes = in_protobuf(span, signal::traces);
      const std::string expected = (own ? "4a070a016b12021805" : "") + (placed ? hex(place.location_protobuf) : "") +
                                   "4a100a0a53616d706c6552617465120218145001";
      EXPECT_NE(bytes.find("410012f41efbeb6f15" + expected), std::string::npos) << bytes;
      const json list = in_json(span, signal::traces);
      EXPECT_EQ(list.size(), (own ? 1u : 0u) + (placed ? 3u : 0u) + 1);
      EXPECT_EQ(list.front() == own_in_json, own);
      EXPECT_EQ(list.back(), rate_in_json);
    }
}

TEST(added_attributes, stand_behind_a_log_s_own) {
  hand_made_log made;
  EXPECT_NE(in_protobuf(made.view(), signal::logs).find("2a070a0548656c6c6f" "32100a0a53616d706c655261746512021814" "45"),
            std::string::npos);
  EXPECT_EQ(in_json(made.view(), signal::logs), json::array({rate_in_json}));
  made.add("k", payload::integer(5));
  EXPECT_NE(in_protobuf(made.view(), signal::logs).find("32070a016b12021805" "32100a0a53616d706c655261746512021814" "45"),
            std::string::npos);
  EXPECT_EQ(in_json(made.view(), signal::logs), json::array({own_in_json, rate_in_json}));
}

TEST(added_attributes, are_none_of_a_log_s_outside_of_a_sampled_trace) {
  hand_made_log unsampled;
  unsampled.header().flags = 0;
  hand_made_log alone;
  alone.header().trace_id = {};
  alone.header().span_id = {};
  for (hand_made_log* const each : {&unsampled, &alone}) {
    each->add("SampleRate", payload::integer(5));
    EXPECT_NE(in_protobuf(each->view(), signal::logs).find("0a0a53616d706c655261746512021805"), std::string::npos) << "its own stays";
    EXPECT_EQ(in_protobuf(each->view(), signal::logs).find("12021814"), std::string::npos);
    EXPECT_EQ(in_json(each->view(), signal::logs), json::parse(R"([{"key":"SampleRate","value":{"intValue":"5"}}])"));
  }
}

TEST(added_attributes, replace_what_has_their_key) {
  hand_made_span span;
  hand_made_log log;
  span.add("SampleRate", payload::text("mine"));
  span.add("k", payload::integer(5));
  log.add("k", payload::integer(5));
  log.add("SampleRate", payload::text("mine"));
  EXPECT_NE(in_protobuf(span.view(), signal::traces).find("6f15" "4a070a016b12021805" "4a100a0a53616d706c655261746512021814" "8501"),
            std::string::npos);
  EXPECT_EQ(in_json(span.view(), signal::traces), json::array({own_in_json, rate_in_json}));
  EXPECT_NE(in_protobuf(log.view(), signal::logs).find("6c6f" "32070a016b12021805" "32100a0a53616d706c655261746512021814" "45"),
            std::string::npos);
  EXPECT_EQ(in_json(log.view(), signal::logs), json::array({own_in_json, rate_in_json}));
}

TEST(added_attributes, may_be_several_and_of_other_types) {
  const std::vector<sonde::resource::attribute> several{{"a", true}, {"b", std::string{"x\n\xFF"}}, {"c", std::int64_t{0}}};
  hand_made_span made;
  EXPECT_NE(in_protobuf(made.view(), signal::traces, several).find("4a070a016112021001" "4a0c0a016212070a05780aefbfbd" "4a070a016312021800"),
            std::string::npos);
  EXPECT_EQ(in_json(made.view(), signal::traces, several), json::parse(R"([{"key":"a","value":{"boolValue":true}},
    {"key":"b","value":{"stringValue":"x\n\ufffd"}},{"key":"c","value":{"intValue":"0"}}])"));
}

TEST(added_attributes, none_change_nothing) {
  hand_made_span made;
  EXPECT_NE(in_protobuf(made.view(), signal::traces, {}).find("410012f41efbeb6f15" "8501"), std::string::npos);
  EXPECT_EQ(in_json(made.view(), signal::traces, {}), json::array());
}

}  // namespace
