// SPDX-License-Identifier: MIT

#include <sonde/adapters/cloudwatch/message_writer.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/encoding/utf8.hpp>

#include "otlp/hand_made_log.hpp"

namespace {

using sonde::cloudwatch::form;
using sonde::cloudwatch::message_writer;
using sonde::testing::hand_made_log;
using sonde::testing::payload;
using namespace std::string_literals;

constexpr std::string_view ids = " TraceId: 1-5b8efff7-98038103d269b633813fc60c SpanId: eee19b7ec3c1b174";
constexpr std::string_view mark = "… [cut]";

struct written {
  std::string text;
  std::size_t cut;
};
written write(const hand_made_log& log, form how, std::size_t longest = sonde::cloudwatch::usual_event_bytes) {
  message_writer writer{how, "back\"end", longest};
  const std::size_t cut = writer.write(log.view());
  return {std::string{writer.message()}, cut};
}
std::string as_text(const hand_made_log& log) { return write(log, form::text).text; }
nlohmann::json as_json(const hand_made_log& log) { return nlohmann::json::parse(write(log, form::json).text); }
bool is_utf8(std::string_view text) { return sonde::encoding::valid_utf8({text.data(), text.size()}); }

TEST(message_writer, a_line_has_level_text_attributes_and_the_trace_as_xray_writes_it) {
  hand_made_log log;
  log.add("app.cache", payload::boolean(true));
  log.add("n", payload::integer(-7));
  log.add("ratio", payload::real(2));
  log.add("user", payload::text("andrew"));
  log.add("agent", payload::text("a \"b\"=c"));
  log.add("none", payload::text(""));
  log.add("list", payload::array({payload::integer(1), payload::text("x")}));
  EXPECT_EQ(as_text(log), R"(WARNING Hello app.cache=true n=-7 ratio=2.0 user=andrew agent="a \"b\"=c" none="" list=[1,"x"])" +
                              std::string{ids});
}

TEST(message_writer, a_line_outside_of_any_span_has_no_ids) {
  hand_made_log log;
  log.header().trace_id = {};
  log.header().span_id = {};
  EXPECT_EQ(as_text(log), "WARNING Hello");
}

TEST(message_writer, an_empty_line_is_its_level) {
  hand_made_log log;
  log.header().trace_id = {};
  log.header().span_id = {};
  log.body() = "";
  EXPECT_EQ(as_text(log), "WARNING");
  EXPECT_EQ(as_json(log)["message"], "");
}

TEST(message_writer, the_place_in_the_code_is_in_json_alone) {
  hand_made_log log;
  log.add("code.file.path", payload::text("a.cpp"));
  log.add("code.line.number", payload::integer(42));
  EXPECT_EQ(as_text(log), "WARNING Hello" + std::string{ids});
  EXPECT_EQ(as_json(log)["attributes"], (nlohmann::json{{"code.file.path", "a.cpp"}, {"code.line.number", 42}}));
}

TEST(message_writer, json_has_every_part_under_its_name) {
  hand_made_log log;
  log.add("user", payload::text("andrew"));
  log.add("n", payload::integer(7));
  EXPECT_EQ(as_json(log), (nlohmann::json{{"level", "warning"},
                                          {"message", "Hello"},
                                          {"time", "2018-12-13T14:51:00Z"},
                                          {"service", "back\"end"},
                                          {"trace_id", "5b8efff798038103d269b633813fc60c"},
                                          {"trace_flags", "01"},
                                          {"xray_trace_id", "1-5b8efff7-98038103d269b633813fc60c"},
                                          {"span_id", "eee19b7ec3c1b174"},
                                          {"attributes", {{"user", "andrew"}, {"n", 7}}}}));
}

TEST(message_writer, json_makes_no_metric_of_an_attribute) {
  hand_made_log log;
  log.add("_aws", payload::map({payload::text("Timestamp"), payload::integer(1)}));
  const nlohmann::json made = as_json(log);
  EXPECT_FALSE(made.contains("_aws"));
  EXPECT_EQ(made["attributes"]["_aws"]["Timestamp"], 1);
}

TEST(message_writer, what_is_no_utf8_is_replaced_and_nul_stays) {
  hand_made_log log;
  log.body() = "a\xFF\0b\xE2\x82"s;
  log.add("k", payload::text("\xC0"));
  EXPECT_EQ(as_text(log), "WARNING a\xEF\xBF\xBD\0b\xEF\xBF\xBD k=\"\xEF\xBF\xBD\""s + std::string{ids});
  EXPECT_EQ(as_json(log)["message"], "a\xEF\xBF\xBD\0b\xEF\xBF\xBD"s);
}

TEST(message_writer, a_line_of_the_longest_size_is_whole_and_one_byte_more_is_cut) {
  hand_made_log log;
  const std::size_t room = 2000 - std::string_view{"WARNING "}.size() - ids.size();
  log.body() = std::string(room, 'x');
  written made = write(log, form::text, 2000);
  EXPECT_EQ(made.text.size(), 2000u);
  EXPECT_EQ(made.cut, 0u);
  log.body() += 'x';
  made = write(log, form::text, 2000);
  EXPECT_EQ(made.text.size(), 2000u);
  EXPECT_EQ(made.cut, 1u);
  EXPECT_TRUE(made.text.ends_with("xx" + std::string{mark} + std::string{ids}));
}

TEST(message_writer, attributes_that_make_a_line_too_long_are_cut_with_it) {
  hand_made_log log;
  log.add("k", payload::text(std::string(3000, 'y')));
  const written made = write(log, form::text, 2000);
  EXPECT_EQ(made.text.size(), 2000u);
  EXPECT_EQ(made.cut, 1u);
  EXPECT_TRUE(made.text.starts_with("WARNING Hello k=yy"));
  EXPECT_TRUE(made.text.ends_with(std::string{mark} + std::string{ids}));
}

TEST(message_writer, no_character_is_torn_apart_wherever_the_cut_falls) {
  for (std::size_t before = 0; before < 8; ++before) {
    hand_made_log log;
    log.body() = std::string(before, 'x');
    while (log.body().size() < 4000) log.body() += "\xF0\x9F\x98\x80";
    for (const form how : {form::text, form::json}) {
      const written made = write(log, how, 2000);
      EXPECT_LE(made.text.size(), 2000u);
      EXPECT_GT(made.text.size(), 1990u);
      EXPECT_TRUE(is_utf8(made.text));
      EXPECT_EQ(made.text.find("\xEF\xBF\xBD"), std::string::npos);
      EXPECT_EQ(made.cut, 1u);
    }
  }
}

TEST(message_writer, json_that_is_cut_is_json_still_and_has_its_ids) {
  for (const char* const filling : {"x", "\"", "\n", "\x01", "\xFF"}) {
    hand_made_log log;
    while (log.body().size() < 3000) log.body() += filling;
    const written made = write(log, form::json, 2000);
    EXPECT_LE(made.text.size(), 2000u);
    EXPECT_GT(made.text.size(), 1990u);
    const nlohmann::json read = nlohmann::json::parse(made.text);
    EXPECT_TRUE(read["message"].get<std::string>().ends_with(mark));
    EXPECT_EQ(read["span_id"], "eee19b7ec3c1b174");
    EXPECT_EQ(made.cut, 1u);
  }
}

TEST(message_writer, json_of_exactly_the_longest_size_is_whole) {
  hand_made_log log;
  const std::size_t around = write(log, form::json).text.size() - log.body().size();
  log.body() = std::string(2000 - around, 'x');
  EXPECT_EQ(write(log, form::json, 2000).cut, 0u);
  log.body() += 'x';
  EXPECT_EQ(write(log, form::json, 2000).cut, 1u);
}

TEST(message_writer, attributes_too_long_for_json_are_left_out_and_counted) {
  hand_made_log log;
  log.add("a", payload::integer(1));
  log.add("b", payload::text(std::string(5000, 'y')));
  const written made = write(log, form::json, 1024);
  const nlohmann::json read = nlohmann::json::parse(made.text);
  EXPECT_EQ(read["message"], "Hello");
  EXPECT_EQ(read["attributes_cut"], true);
  EXPECT_FALSE(read.contains("attributes"));
  EXPECT_EQ(made.cut, 3u);  // two attributes, one text
}

TEST(message_writer, the_longest_line_of_all_has_a_mebibyte) {
  hand_made_log log;
  log.body() = std::string(std::size_t{1} << 20, '\x01');
  for (const form how : {form::text, form::json})
    EXPECT_LE(write(log, how).text.size(), sonde::cloudwatch::usual_event_bytes);
}

}  // namespace
