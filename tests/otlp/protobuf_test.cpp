// SPDX-License-Identifier: MIT

#include <sonde/otlp/protobuf.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "otlp/hand_made_span.hpp"
#include "otlp/protobuf_bytes.hpp"

namespace {

using sonde::testing::hand_made_span;
using sonde::testing::hex;
using sonde::testing::payload;

sonde::resource::resource demo() {
  sonde::resource::resource who;
  who.set("service.name", "demo");
  return who;
}

std::string encoded(const sonde::record::span_view& span) {
  sonde::otlp::protobuf_encoder encoder{demo()};
  encoder.append(span);
  return hex(encoder.request(encoder.take()));
}

/// The Span's attribute `k` with `value`; the expected bytes are written from the protobuf encoding rules.
void expect_attribute(payload value, std::string_view expected) {
  hand_made_span made;
  made.add("k", std::move(value));
  const std::string bytes = encoded(made.view());
  EXPECT_NE(bytes.find(expected), std::string::npos) << bytes << "\nhas no " << expected;
}

// Source: the sheet of OTLP facts in the issue: 122 bytes made by the reference implementation.
TEST(protobuf, conformance_vector) {
  hand_made_span made;
  made.add("k", payload::integer(-1));
  sonde::record::span_view span = made.view();
  span.header.status = static_cast<std::uint8_t>(sonde::status::error);
  span.status_message = "x";
  EXPECT_EQ(encoded(span),
            "0a780a180a160a0c736572766963652e6e616d6512060a0464656d6f125c0a050a036c696212530a105b8efff798038103d269b633813f"
            "c60c1208eee19b7ec3c1b1742a026f70300139004859e3faeb6f15410012f41efbeb6f154a100a016b120b18ffffffffffffffffff017a05"
            "1201781802850101010000");
}

TEST(protobuf, values_that_look_like_nothing_are_there) {
  expect_attribute(payload::integer(0), "4a070a016b12021800");
  expect_attribute(payload::boolean(false), "4a070a016b12021000");
  expect_attribute(payload::text(""), "4a070a016b12020a00");
  expect_attribute(payload::array({}), "4a070a016b12022a00");
  expect_attribute(payload::map({}), "4a070a016b12023200");
}

TEST(protobuf, integers_to_their_ends) {
  expect_attribute(payload::integer(127), "4a070a016b1202187f");
  expect_attribute(payload::integer(128), "4a080a016b1203188001");
  expect_attribute(payload::integer(300), "4a080a016b120318ac02");
  expect_attribute(payload::integer(16'384), "4a090a016b120418808001");
  expect_attribute(payload::integer(2'097'151), "4a090a016b120418ffff7f");
  expect_attribute(payload::integer(268'435'455), "4a0a0a016b120518ffffff7f");
  expect_attribute(payload::integer(268'435'456), "4a0b0a016b1206188080808001");
  expect_attribute(payload::integer(std::numeric_limits<std::int64_t>::min()), "4a100a016b120b1880808080808080808001");
  expect_attribute(payload::integer(std::numeric_limits<std::int64_t>::max()), "4a0f0a016b120a18ffffffffffffffff7f");
  expect_attribute(payload::word(sonde::record::entry_type::unsigned_integer, UINT64_MAX),
                   "4a1b0a016b12160a143138343436373434303733373039353531363135");  // as text: int64 has no room
}

TEST(protobuf, doubles_beyond_numbers) {
  expect_attribute(payload::real(-0.0), "4a0e0a016b1209210000000000000080");
  expect_attribute(payload::real(std::numeric_limits<double>::infinity()), "4a0e0a016b120921000000000000f07f");
  expect_attribute(payload::real(-std::numeric_limits<double>::infinity()), "4a0e0a016b120921000000000000f0ff");
  expect_attribute(payload::real(std::numeric_limits<double>::quiet_NaN()), "4a0e0a016b120921000000000000f87f");
}

TEST(protobuf, times_are_text_and_durations_seconds) {
  // 2018-12-13T14:51:00Z; 1.5 s
  expect_attribute(payload::word(sonde::record::entry_type::time, 1'544'712'660'000'000'000),
                   "12160a14323031382d31322d31335431343a35313a30305a");
  expect_attribute(payload::word(sonde::record::entry_type::duration, 1'500'000'000), "120921000000000000f83f");
}

TEST(protobuf, ill_formed_text_is_repaired) {
  expect_attribute(payload::text("a\xFF" "b"), "4a0c0a016b12070a0561efbfbd62");
  expect_attribute(payload::text(std::string_view{"a\0b", 3}), "4a0a0a016b12050a03610062");
  expect_attribute(payload::text("\xE2\x80\xA8"), "4a0a0a016b12050a03e280a8");  // U+2028 is as good as any here
  expect_attribute(payload::text("\xC2"), "12050a03efbfbd");                        // the repaired size differs
  expect_attribute(payload::text("\xF0\x9F\x98"), "12050a03efbfbd");                // and here it does not
  hand_made_span made;
  sonde::record::span_view span = made.view();
  span.renamed = true;
  span.name = "n\xFE";
  EXPECT_NE(encoded(span).find("2a046eefbfbd"), std::string::npos);
}

TEST(protobuf, texts_of_every_length) {
  for (std::size_t size = 0; size < 300; ++size) {
    for (const bool ascii : {true, false}) {
      std::string text(size, 'x');
      if (!ascii && size >= 2) text.replace(size - 2, 2, "\xC3\xA9");
      std::string expected = hex(text);
      hand_made_span made;
      made.add("k", payload::text(text));
      made.add("z", payload::boolean(true));  // follows at once: nothing was left over or overwritten
      EXPECT_NE(encoded(made.view()).find(expected + "4a070a017a12021001"), std::string::npos) << size << ' ' << ascii;
    }
  }
}

TEST(protobuf, lengths_take_as_few_bytes_as_they_can) {
  // AnyValue of 2 + 126 bytes: its length needs two, and so does the KeyValue's.
  expect_attribute(payload::text(std::string(126, 'x')), "4a86010a016b1280010a7e78");
  expect_attribute(payload::text(std::string(125, 'x')), "4a84010a016b127f0a7d78");
  hand_made_span small;
  small.header().trace_id = {};
  const std::string bytes = encoded(small.view());
  EXPECT_NE(bytes.find("123a0a10"), std::string::npos) << bytes;  // a span below 128 bytes: one byte of length
  hand_made_span large;
  large.add("k", payload::text(std::string(20'000, 'x')));
  const std::string whole = encoded(large.view());
  EXPECT_NE(whole.find("4aab9c010a016b12a49c010aa09c0178"), std::string::npos) << whole.substr(0, 300);
}

TEST(protobuf, compounds_nest) {
  expect_attribute(payload::array({payload::integer(1), payload::text("a"), payload::array({payload::boolean(false)})}),
                   "4a180a016b12132a110a0218010a030a01610a062a040a021000");
}

TEST(protobuf, remote_parent_and_flags) {
  hand_made_span made;
  made.header().flags |= sonde::record::remote_parent;
  made.header().parent_id.bytes[7] = 9;
  const std::string bytes = encoded(made.view());
  EXPECT_NE(bytes.find("22080000000000000009"), std::string::npos) << bytes;
  EXPECT_TRUE(bytes.ends_with("850101030000")) << bytes;
}

// Field 3 between the ids and the parent's, field 16 with W3C's random flag.
TEST(protobuf, tracestate_and_random_flag) {
  hand_made_span made;
  made.header().flags |= sonde::record::random_id;
  made.header().parent_id.bytes[7] = 9;
  sonde::record::span_view span = made.view();
  const std::string tracestate = "rojo=" + std::string(300, '1');
  span.tracestate = tracestate;
  const std::string bytes = encoded(span);
  EXPECT_NE(bytes.find("1208eee19b7ec3c1b1741ab102726f6a6f3d3131"), std::string::npos) << bytes;
  EXPECT_NE(bytes.find("313122080000000000000009"), std::string::npos) << bytes;
  EXPECT_TRUE(bytes.ends_with("850103010000")) << bytes;
}

TEST(protobuf, message_only_with_an_error_and_counts_only_of_losses) {
  hand_made_span made;
  sonde::record::span_view span = made.view();
  span.header.status = static_cast<std::uint8_t>(sonde::status::ok);
  EXPECT_NE(encoded(span).find("7a021801850101010000"), std::string::npos);
  span.cut_attributes = 300;
  span.cut_events = 1;
  span.cut_links = 2;
  EXPECT_NE(encoded(span).find("50ac02600170027a02"), std::string::npos) << encoded(span);
}

TEST(protobuf, events_and_links) {
  hand_made_span made;
  made.add_event("e", 1, "k", payload::integer(5));
  made.add_link();
  const std::string bytes = encoded(made.view());
  EXPECT_NE(bytes.find("5a15" "090100000000000000" "120165" "1a070a016b12021805"), std::string::npos) << bytes;
  EXPECT_NE(bytes.find("6a21" "0a105b8efff798038103d269b633813fc60c" "1208eee19b7ec3c1b174" "3501000000"), std::string::npos)
      << bytes;
}

TEST(protobuf, many_spans_many_scopes_and_empty_again) {
  sonde::otlp::protobuf_encoder encoder{demo()};
  EXPECT_EQ(encoder.size(), 0u);
  hand_made_span one;
  hand_made_span other;
  other.site().scope = 3;
  for (int i = 0; i < 1000; ++i) {
    encoder.append(one.view());
    encoder.append(other.view());
  }
  const std::size_t foretold = encoder.size();
  const std::string request = encoder.request(encoder.take());
  EXPECT_LE(request.size(), foretold);
  EXPECT_GE(request.size() + 64, foretold);
  EXPECT_EQ(encoder.size(), 0u);
  encoder.append(one.view());
  EXPECT_EQ(hex(encoder.request(encoder.take())), encoded(one.view()));
}

TEST(protobuf, depth_is_bounded) {
  payload nested = payload::integer(7);
  for (int i = 0; i < 70; ++i) nested = payload::array({nested});
  hand_made_span made;
  made.add("k", nested);
  const std::string bytes = encoded(made.view());
  EXPECT_EQ(bytes.find("021807"), std::string::npos);  // too deep to be sent
  EXPECT_NE(bytes.find("2a020a00"), std::string::npos);  // an empty value in its place
}

}  // namespace
