// SPDX-License-Identifier: MIT
// Each step of the ladder, seen by an item for which the step before was not enough.

#include <sonde/adapters/rollbar/truncation.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/encoding/json_reader.hpp>

#include "adapters/rollbar/payload_rules.hpp"

namespace {

using json = nlohmann::ordered_json;
using sonde::encoding::json_text;

std::optional<std::string> fit(const json& payload, std::size_t limit) {
  auto kept = sonde::encoding::read_json_object(payload.dump());
  return sonde::rollbar::fit(kept, limit);
}

/// So many frames, each with a local of so many characters of two bytes.
json item(std::size_t frames, std::size_t characters, std::size_t message = 3) {
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) text += "ä";
  json data{{"environment", std::string(255, 'e')},
            {"level", "error"}, {"timestamp", 1}, {"platform", "linux"}, {"language", "c++"},
            {"uuid", "d4c7acef-55bf-4c9e-ae95-3794e6b3b1d6"}, {"notifier", {{"name", "sonde"}, {"version", "0"}}},
            {"custom", {{"trace_id", "abc"}, {"more", "of it"}}},
            {"request", {{"url", "http://h/"}, {"headers", {{"a", "b"}}}}}};
  json list = json::array();
  for (std::size_t i = 0; i < frames; ++i)
    list.push_back(json{{"filename", "f"}, {"lineno", i + 1}, {"locals", json{{"x", text}}}});
  data["body"] = {{"trace", {{"frames", std::move(list)},
                             {"exception", {{"class", "c"}, {"message", std::string(message, 'm')}}}}},
                  {"telemetry", json::array()}};
  return {{"data", std::move(data)}};
}
/// What is left of it; held to the rules, the limit and what must never be cut.
json fitted(const json& payload, std::size_t limit) {
  const auto text = fit(payload, limit);
  EXPECT_TRUE(text.has_value());
  if (!text) return payload;
  EXPECT_LE(text->size(), limit);
  EXPECT_EQ(sonde::tests::payload_rules::complaints(*text), "") << *text;
  const json made = json::parse(*text)["data"];
  EXPECT_EQ(made["environment"], std::string(255, 'e'));
  EXPECT_EQ(made["uuid"], "d4c7acef-55bf-4c9e-ae95-3794e6b3b1d6");
  return made;
}
std::size_t local_size(const json& data) { return data["body"]["trace"]["frames"][0]["locals"]["x"].get<std::string>().size(); }

TEST(truncation, what_fits_stays_as_it_is) { EXPECT_EQ(fitted(item(100, 10), 100'000), item(100, 10)["data"]); }

TEST(truncation, first_both_ends_of_the_frames_are_kept) {
  const json frames = fitted(item(500, 100), 30'000)["body"]["trace"]["frames"];
  ASSERT_EQ(frames.size(), 60u);
  EXPECT_EQ(frames[0]["lineno"], 1);
  EXPECT_EQ(frames[29]["lineno"], 30);
  EXPECT_EQ(frames[30]["lineno"], 471);
  EXPECT_EQ(frames[59]["lineno"], 500);
  EXPECT_EQ(frames[0]["locals"]["x"].get<std::string>().size(), 200u);
}

TEST(truncation, then_texts_are_cut_behind_whole_characters_ever_shorter) {
  EXPECT_EQ(local_size(fitted(item(10, 5000), 30'000)), 2 * 1023 + 3u);
  EXPECT_EQ(local_size(fitted(item(10, 5000), 15'000)), 2 * 511 + 3u);
  EXPECT_EQ(local_size(fitted(item(10, 5000), 8'000)), 2 * 255 + 3u);
}

TEST(truncation, then_only_what_the_error_is_known_by_is_left) {
  const json data = fitted(item(60, 5000, 5000), 2'048);
  ASSERT_EQ(data["body"]["trace"]["frames"].size(), 2u);
  EXPECT_FALSE(data["body"]["trace"]["frames"][0].contains("locals"));
  EXPECT_EQ(data["body"]["trace"]["frames"][1]["lineno"], 60);
  EXPECT_EQ(data["body"]["trace"]["exception"]["message"].get<std::string>(), std::string(254, 'm') + "…");
  EXPECT_FALSE(data["body"].contains("telemetry"));
  EXPECT_EQ(data["custom"], (json{{"trace_id", "abc"}}));
  EXPECT_EQ(data["request"], (json{{"url", "http://h/"}}));
}

TEST(truncation, and_in_the_end_nothing) {
  const json payload = item(1, 1);
  EXPECT_EQ(fit(payload, 500), std::nullopt);
  const auto kept = sonde::encoding::read_json_object(payload.dump());
  const auto made = sonde::rollbar::failsafe_item(kept, "00000000-0000-4000-8000-000000000000");
  const json failsafe = json::parse(json_text(made));
  EXPECT_EQ(sonde::tests::payload_rules::complaints(json_text(made)), "");
  EXPECT_EQ(failsafe["data"]["custom"]["orig_uuid"], "d4c7acef-55bf-4c9e-ae95-3794e6b3b1d6");
}

TEST(truncation, chains_and_messages_are_cut_too) {
  json chain = item(0, 0);
  json one = item(80, 50)["data"]["body"]["trace"];
  chain["data"]["body"] = {{"trace_chain", json::array()}};
  for (int i = 0; i < 50; ++i) chain["data"]["body"]["trace_chain"].push_back(one);
  const json short_chain = fitted(chain, 8'000)["body"]["trace_chain"];
  EXPECT_EQ(short_chain.size(), 10u);
  EXPECT_EQ(short_chain[0]["frames"].size(), 2u);
  json message = item(0, 0);
  message["data"]["body"] = {{"message", {{"body", std::string(9000, 'b')}, {"extra", "x"}}}};
  const std::size_t too_much = fit(message, 1'000).value_or("").size() - 1;
  EXPECT_EQ(fitted(message, too_much)["body"]["message"], (json{{"body", std::string(254, 'b') + "…"}}));
}

}  // namespace
