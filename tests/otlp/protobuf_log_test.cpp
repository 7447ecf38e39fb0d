// SPDX-License-Identifier: MIT

#include <sonde/otlp/protobuf_log.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/otlp/protobuf.hpp>

#include "otlp/hand_made_log.hpp"
#include "otlp/protobuf_bytes.hpp"

namespace {

using sonde::testing::hand_made_log;
using sonde::testing::hex;
using sonde::testing::payload;

std::string request_of(const sonde::record::log_view& log) {
  sonde::resource::resource who;
  who.set("service.name", "demo");
  sonde::otlp::protobuf_encoder encoder{who, sonde::otlp::signal::logs};
  encoder.append(log);
  return encoder.request(encoder.take());
}
std::string encoded(const sonde::record::log_view& log) { return hex(request_of(log)); }

// The bytes of this and the next test were made by the opentelemetry-proto package 1.44.0 for Python.
TEST(protobuf_log, with_everything) {
  hand_made_log made;
  made.add("k", payload::integer(-1));
  sonde::record::log_view log = made.view();
  log.cut_attributes = 2;
  EXPECT_EQ(encoded(log),
            "0a7b0a180a160a0c736572766963652e6e616d6512060a0464656d6f125f0a00125b09004859e3faeb6f15100d1a077761726e696e672a07"
            "0a0548656c6c6f32100a016b120b18ffffffffffffffffff01380245010000004a105b8efff798038103d269b633813fc60c5208eee19b7e"
            "c3c1b17459004859e3faeb6f15");
}

TEST(protobuf_log, with_next_to_nothing) {
  hand_made_log made;
  made.header() = {};
  made.header().kind = 200;  // no level
  made.body().clear();
  EXPECT_TRUE(encoded(made.view()).ends_with("121609004859e3faeb6f152a020a0059004859e3faeb6f15")) << encoded(made.view());
}

// Source: logs.proto: the first number of each band.
TEST(protobuf_log, severities_by_level) {
  const std::string_view expected[] = {"10011a057472616365", "10051a056465627567", "10091a04696e666f",
                                       "100d1a077761726e696e67", "10111a056572726f72", "10151a08637269746963616c"};
  for (std::uint8_t level = 0; level < 6; ++level) {
    hand_made_log made;
    made.header().kind = level;
    EXPECT_NE(encoded(made.view()).find(std::string{expected[level]} + "2a07"), std::string::npos) << int{level};
  }
}

TEST(protobuf_log, a_trace_without_a_span) {
  hand_made_log made;
  made.header().span_id = {};
  const std::string bytes = encoded(made.view());
  EXPECT_NE(bytes.find("4a105b8efff798038103d269b633813fc60c59"), std::string::npos) << bytes;
}

TEST(protobuf_log, bodies_of_any_kind) {
  const auto with_body = [](std::string_view body) {
    hand_made_log made;
    made.body() = body;
    return encoded(made.view());
  };
  EXPECT_NE(with_body({"a\0b", 3}).find("2a050a03610062"), std::string::npos);
  EXPECT_NE(with_body("\xE2\x80\xA8").find("2a050a03e280a8"), std::string::npos);
  EXPECT_NE(with_body("a\xFF" "b").find("2a070a0561efbfbd62"), std::string::npos);
  EXPECT_NE(with_body(std::string(126, 'x')).find("2a80010a7e78"), std::string::npos);

  hand_made_log large;
  large.body().assign(std::size_t{1} << 20, 'x');
  const std::string bytes = request_of(large.view());
  EXPECT_NE(bytes.find(std::string{"\x2A\x84\x80\x40\x0A\x80\x80\x40", 8} + large.body() + '\x45'), std::string::npos);
}

TEST(protobuf_log, attributes_of_each_type) {
  hand_made_log made;
  made.add("b", payload::boolean(false));
  made.add("i", payload::integer(0));
  made.add("d", payload::real(-0.0));
  made.add("s", payload::text(""));
  made.add("a", payload::array({payload::integer(1)}));
  made.add("m", payload::map({payload::text("k"), payload::boolean(true)}));
  const std::string bytes = encoded(made.view());
  EXPECT_NE(bytes.find("32070a016212021000" "32070a016912021800" "320e0a0164120921" "0000000000000080" "32070a017312020a00"
                       "320b0a016112062a040a021801" "32100a016d120b32090a070a016b12021001"),
            std::string::npos)
      << bytes;
}

TEST(protobuf_log, takes_scopes_from_nowhere_and_many_logs) {
  sonde::otlp::protobuf_encoder encoder{{}, sonde::otlp::signal::logs};
  hand_made_log made;
  for (int i = 0; i < 1000; ++i) encoder.append(made.view());
  EXPECT_EQ(encoder.count(), 1000u);
  const std::string request = encoder.request(encoder.take());
  const auto found = sonde::testing::records_in(request);
  EXPECT_EQ(found.size(), 1000u);
  for (const auto& each : found) EXPECT_EQ(each, found.front());
}

}  // namespace
