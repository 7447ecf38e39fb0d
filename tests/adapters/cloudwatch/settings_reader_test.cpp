// SPDX-License-Identifier: MIT

#include <sonde/adapters/cloudwatch/settings_reader.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::cloudwatch::config;
using sonde::cloudwatch::settings;
using variables = std::vector<sonde::environment::variable>;

struct settled {
  settings value{};
  std::string refusal{};
  std::string provenance{};
};
settled settle(const config& given, const variables& environment = {{"AWS_REGION", "eu-central-1"}},
               std::size_t queue_bytes = std::size_t{32} << 20) {
  sonde::resource::resource who;
  who.set("service.name", "backend");
  const sonde::record::span_limits limits;
  sonde::environment::reader reader{environment};
  sonde::environment::provenance sources;
  sonde::pipeline::setup at_start{who, limits, reader, sources, queue_bytes};
  const sonde::aws::shared_profile profile;
  settled made;
  try {
    made.value = sonde::cloudwatch::settings_reader{given, profile, at_start}.read();
  } catch (const sonde::pipeline::setup_error& error) {
    made.refusal = error.what();
  }
  for (const auto& each : sources.settings()) made.provenance += each.sentence() + '\n';
  return made;
}
bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(cloudwatch_settings, the_region_gives_the_endpoint) {
  const settled made = settle({.log_group = "cruddur"});
  EXPECT_EQ(made.refusal, "");
  EXPECT_EQ(made.value.endpoint.text(), "https://logs.eu-central-1.amazonaws.com/");
  EXPECT_EQ(made.value.signed_for.service, "logs");
  EXPECT_EQ(made.value.signed_for.region, "eu-central-1");
  EXPECT_EQ(made.provenance, "cloudwatch.region = eu-central-1 (from AWS_REGION)\n"
                             "cloudwatch.endpoint = https://logs.eu-central-1.amazonaws.com/ (default)\n");
  EXPECT_EQ(settle({.log_group = "g", .region = "cn-north-1"}).value.endpoint.text(),
            "https://logs.cn-north-1.amazonaws.com.cn/");
}

TEST(cloudwatch_settings, the_endpoint_is_from_code_then_the_services_variable_then_the_general_one) {
  variables all{{"AWS_REGION", "r-1"}, {"AWS_ENDPOINT_URL", "http://general:1"}};
  EXPECT_EQ(settle({.log_group = "g"}, all).value.where(), "http://general:1/ (from AWS_ENDPOINT_URL)");
  all.push_back({"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://own:1/"});
  EXPECT_EQ(settle({.log_group = "g"}, all).value.where(), "http://own:1/ (from AWS_ENDPOINT_URL_CLOUDWATCH_LOGS)");
  EXPECT_EQ(settle({.log_group = "g", .endpoint = "http://[::1]:5000"}, all).value.where(), "http://[::1]:5000/ (set in code)");
  all.push_back({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"});
  EXPECT_EQ(settle({.log_group = "g"}, all).value.where(), "https://logs.r-1.amazonaws.com/");
}

TEST(cloudwatch_settings, an_endpoints_name_tells_the_region) {
  const config given{.log_group = "g", .endpoint = "https://logs-fips.us-gov-west-1.amazonaws.com"};
  EXPECT_EQ(settle(given, {}).value.signed_for.region, "us-gov-west-1");
  EXPECT_EQ(settle({.log_group = "g", .region = "r-9", .endpoint = given.endpoint}, {}).value.signed_for.region, "r-9");
}

TEST(cloudwatch_settings, what_cannot_be_is_refused_with_a_sentence) {
  EXPECT_TRUE(has(settle({}).refusal, "no log group was given"));
  for (const char* const name : {"a b", "a:b", "aws/lambda", "a*", "\xC3\xA4"})
    EXPECT_TRUE(has(settle({.log_group = name}).refusal, "cannot be one")) << name;
  EXPECT_TRUE(has(settle({.log_group = std::string(513, 'x')}).refusal, "512"));
  EXPECT_EQ(settle({.log_group = "/aws/x-Y_9.#" + std::string(500, 'x')}).refusal, "");
  EXPECT_TRUE(has(settle({.log_group = "g", .log_stream = "{foo}"}).refusal, "{foo}"));
  EXPECT_TRUE(has(settle({.log_group = "g"}, {}).refusal, "set AWS_REGION"));
  EXPECT_TRUE(has(settle({.log_group = "g", .retention_days = 8}).refusal, "retention_days is 8, but"));
  EXPECT_EQ(settle({.log_group = "g", .retention_days = 3653}).refusal, "");
  for (const char* const url : {"localhost:5000", "http://h/path", "http://h/?q", "http://u:p@h/"}) {
    const std::string refusal = settle({.log_group = "g", .endpoint = url}).refusal;
    EXPECT_TRUE(has(refusal, "the endpoint of CloudWatch Logs")) << url;
    EXPECT_FALSE(has(refusal, "u:p")) << refusal;
  }
}

TEST(cloudwatch_settings, batches_are_as_large_as_cloudwatch_takes_and_the_queue_has_room_for) {
  const settings usual = settle({.log_group = "g"}).value;
  EXPECT_EQ(usual.limits.bytes, 1'048'576u);
  EXPECT_EQ(usual.limits.count, 10'000u);
  EXPECT_EQ(usual.limits.concurrent, 1u);
  EXPECT_EQ(usual.event_bytes, 262'118u);
  const settings small = settle({.log_group = "g"}, {{"AWS_REGION", "r-1"}}, 200'000).value;
  EXPECT_EQ(small.limits.bytes, 100'000u);
  EXPECT_EQ(small.event_bytes, 99'974u);
  EXPECT_EQ(settle({.log_group = "g", .event_bytes = 9'999'999}).value.event_bytes, 1'048'550u);
  EXPECT_EQ(settle({.log_group = "g", .event_bytes = 1}).value.event_bytes, 1024u);
}

}  // namespace
