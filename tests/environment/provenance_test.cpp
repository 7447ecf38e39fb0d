// SPDX-License-Identifier: MIT

#include <sonde/environment/provenance.hpp>

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using environment::provenance;
using environment::visibility;
using text = std::optional<std::string>;
using namespace std::chrono_literals;

TEST(provenance, code_beats_the_first_variable_beats_the_next_beats_the_default) {
  const auto endpoint = [](provenance& settings, text code, text traces, text general) {
    return settings.resolve("endpoint", std::move(code), {{"TRACES", traces}, {"GENERAL", general}}, "default");
  };
  provenance settings;
  EXPECT_EQ(endpoint(settings, "a", "b", "c"), "a");
  EXPECT_EQ(endpoint(settings, {}, "b", "c"), "b");
  EXPECT_EQ(endpoint(settings, {}, {}, "c"), "c");
  EXPECT_EQ(endpoint(settings, {}, {}, {}), "default");
  ASSERT_EQ(settings.settings().size(), 4U);
  EXPECT_EQ(settings.settings()[0].sentence(), "endpoint = a (set in code)");
  EXPECT_EQ(settings.settings()[1].sentence(), "endpoint = b (from TRACES)");
  EXPECT_EQ(settings.settings()[2].sentence(), "endpoint = c (from GENERAL)");
  EXPECT_EQ(settings.settings()[3].sentence(), "endpoint = default (default)");
}

TEST(provenance, a_value_that_is_empty_or_false_is_a_value) {
  provenance settings;
  EXPECT_EQ(settings.resolve("flag", std::optional{false}, {{"FLAG", true}}, true), false);
  EXPECT_EQ(settings.resolve("name", text{""}, {}, "x"), "");
  EXPECT_EQ(settings.find("flag")->value, "false");
  EXPECT_EQ(settings.find("name")->value, "(none)");
}

TEST(provenance, values_read_with_their_units) {
  provenance settings;
  EXPECT_EQ(settings.resolve("delay", std::optional<std::chrono::milliseconds>{}, {{"DELAY", 5s}}, 1ms), 5s);
  settings.resolve("count", std::optional{2048}, {}, 0);
  settings.resolve("ratio", std::optional{0.1}, {}, 1.0);
  EXPECT_EQ(settings.find("delay")->value, "5000 ms");
  EXPECT_EQ(settings.find("count")->value, "2048");
  EXPECT_EQ(settings.find("ratio")->value, "0.1");
}

TEST(provenance, secrets_are_masked) {
  provenance settings;
  const std::string key = "abcdefghijklmnopqrstuvwxyz";
  EXPECT_EQ(settings.resolve("token", text{key}, {}, "", visibility::secret), key);
  settings.resolve("headers", std::optional{environment::pairs{{"x-team", key}}}, {}, {});
  settings.resolve("pin", std::optional{1234}, {}, 0, visibility::secret);
  EXPECT_EQ(settings.find("token")->value, "abcd…");
  EXPECT_EQ(settings.find("headers")->value, "x-team: abcd…");
  EXPECT_EQ(settings.find("pin")->value, "(set)");
}

TEST(provenance, finds_a_setting_by_name) {
  provenance settings;
  EXPECT_EQ(settings.find("a"), nullptr);
  settings.record("a", 1, "worked out from b", visibility::plain);
  ASSERT_NE(settings.find("a"), nullptr);
  EXPECT_EQ(settings.find("a")->sentence(), "a = 1 (worked out from b)");
}

}  // namespace
