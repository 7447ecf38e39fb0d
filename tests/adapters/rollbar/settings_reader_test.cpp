// SPDX-License-Identifier: MIT
#include <sonde/adapters/rollbar/settings_reader.hpp>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace rollbar = sonde::rollbar;
using variables = std::vector<sonde::environment::variable>;

struct settled {
  rollbar::settings value{};
  std::string provenance{};
  std::string refusal{};
};
[[nodiscard]] settled settle(const variables& given, const rollbar::config& config = {}) {
  sonde::resource::resource who;
  who.set_text("service.name", "shop");
  who.set_text("service.version", "1.2");
  who.set_text("host.name", "h1");
  who.set("process.pid", std::int64_t{77});
  const sonde::record::span_limits limits;
  sonde::environment::reader environment{given};
  sonde::environment::provenance settings;
  sonde::pipeline::setup at_start{who, limits, environment, settings, std::size_t{32} << 20};
  settled made;
  try {
    made.value = rollbar::settings_reader{config, at_start}.read();
  } catch (const sonde::pipeline::setup_error& error) {
    made.refusal = error.what();
  }
  for (const auto& each : settings.settings()) made.provenance += each.sentence() + '\n';
  return made;
}
const sonde::environment::variable token{"ROLLBAR_ACCESS_TOKEN", "  abcdefabcdefabcdef\n"};

TEST(rollbar_settings, a_token_is_enough) {
  const auto made = settle({token});
  EXPECT_EQ(made.refusal, "");
  EXPECT_EQ(made.value.token, "abcdefabcdefabcdef");
  EXPECT_EQ(made.value.url.text(), "https://api.rollbar.com/api/1/item/");
  EXPECT_EQ(made.value.environment_name, "unspecified");
  EXPECT_EQ(made.value.version, "1.2");
  EXPECT_EQ(made.value.host, "h1");
  EXPECT_EQ(made.value.pid, 77);
  EXPECT_NE(made.provenance.find("rollbar.access_token = abcd… (from ROLLBAR_ACCESS_TOKEN)\n"), std::string::npos)
      << made.provenance;
  EXPECT_NE(made.provenance.find("rollbar.code_version = 1.2 (from service.version)\n"), std::string::npos) << made.provenance;
}

TEST(rollbar_settings, code_wins_over_variables_and_these_over_the_resource) {
  const variables given{token, {"ROLLBAR_ENVIRONMENT", "staging"}, {"ROLLBAR_ENV", "no"}, {"ROLLBAR_CODE_VERSION", "abc"}};
  EXPECT_EQ(settle(given).value.environment_name, "staging");
  EXPECT_EQ(settle(given).value.version, "abc");
  const auto coded = settle(given, {.access_token = "0123456789abcdef", .environment = "production", .code_version = "7"});
  EXPECT_EQ(coded.value.environment_name, "production");
  EXPECT_EQ(coded.value.version, "7");
  EXPECT_EQ(coded.value.shown_token(), "0123… set in code");
  EXPECT_EQ(settle(given, {.environment = " "}).value.environment_name, "staging");
}

TEST(rollbar_settings, the_address_of_the_api_becomes_that_of_items) {
  const std::pair<const char*, const char*> cases[] = {{"http://h:1", "http://h:1/api/1/item/"},
                                                       {"http://h:1/api/1", "http://h:1/api/1/item/"},
                                                       {"http://h:1/api/1/", "http://h:1/api/1/item/"},
                                                       {"http://h:1/x/item", "http://h:1/x/item/"},
                                                       {"http://h:1/elsewhere", "http://h:1/elsewhere"}};
  for (const auto& [given, used] : cases) EXPECT_EQ(settle({token, {"ROLLBAR_ENDPOINT", given}}).value.url.text(), used);
  EXPECT_NE(settle({token, {"ROLLBAR_ENDPOINT", "h:1"}}).refusal.find("has no scheme"), std::string::npos);
}

TEST(rollbar_settings, what_can_be_no_token_is_refused_and_not_shown) {
  EXPECT_NE(settle({}).refusal.find("no access token: set ROLLBAR_ACCESS_TOKEN"), std::string::npos);
  for (const char* const bad : {"abcdefabcdefabcdef\r\nX-Evil: 1", "abcdefabcdef abcdef", "abcdefabcdef\x01" "abcdef"}) {
    const auto made = settle({{"ROLLBAR_ACCESS_TOKEN", bad}});
    EXPECT_NE(made.refusal.find("the access token abcd… from ROLLBAR_ACCESS_TOKEN has a blank"), std::string::npos)
        << made.refusal;
    EXPECT_EQ(made.refusal.find("abcdef"), std::string::npos);
  }
}

TEST(rollbar_settings, limits_are_kept_sane) {
  const auto made = settle({token}, {.root = "/src//", .item_bytes = 1, .telemetry_count = 10'000});
  EXPECT_EQ(made.value.root, "/src");
  EXPECT_EQ(made.value.item_bytes, 2048u);
  EXPECT_EQ(made.value.telemetry_count, 100u);
}

TEST(rollbar_settings, times_of_for_ever_are_long) {
  using std::chrono::milliseconds;
  const auto made = settle({token}, {.repeat_window = milliseconds::max(), .hold = milliseconds::max()});
  const auto now = std::chrono::steady_clock::now();
  EXPECT_GT(now + made.value.hold, now);
  EXPECT_GT(now + made.value.repeat_window, now);
}

}  // namespace
