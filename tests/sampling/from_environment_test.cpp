// SPDX-License-Identifier: MIT
// Judge: OpenTelemetry's environment variable specification, "General SDK Configuration".

#include <sonde/sampling/from_environment.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::environment::reader;

struct chosen {
  std::string sampler;
  std::vector<std::string> findings;
};
chosen choose(std::vector<sonde::environment::variable> variables) {
  reader environment{std::move(variables)};
  chosen made;
  made.sampler = sonde::sampling::from_environment(environment).description();
  for (const auto& each : environment.findings()) made.findings.push_back(each.sentence);
  return made;
}

TEST(from_environment, knows_the_standard_names) {
  const char* const names[][2] = {
      {"always_on", "AlwaysOnSampler"},
      {"always_off", "AlwaysOffSampler"},
      {"traceidratio", "TraceIdRatioBased{0.250000}"},
      {"parentbased_always_on", "ParentBased{AlwaysOnSampler}"},
      {"parentbased_always_off", "ParentBased{AlwaysOffSampler}"},
      {"parentbased_traceidratio", "ParentBased{TraceIdRatioBased{0.250000}}"},
      {"ALWAYS_OFF", "AlwaysOffSampler"},
  };
  for (const auto& [name, sampler] : names) {
    const chosen made = choose({{"OTEL_TRACES_SAMPLER", name}, {"OTEL_TRACES_SAMPLER_ARG", "0.25"}});
    EXPECT_EQ(made.sampler, sampler);
    EXPECT_TRUE(made.findings.empty()) << name << ": " << made.findings[0];
  }
}

TEST(from_environment, keeps_all_where_nothing_is_set) {
  EXPECT_EQ(choose({}).sampler, "ParentBased{AlwaysOnSampler}");
  EXPECT_EQ(choose({{"OTEL_TRACES_SAMPLER", ""}}).sampler, "ParentBased{AlwaysOnSampler}");
  EXPECT_EQ(choose({{"OTEL_TRACES_SAMPLER", "traceidratio"}}).sampler, "TraceIdRatioBased{1.000000}");
}

TEST(from_environment, names_a_bad_sampler_and_what_it_uses) {
  const chosen made = choose({{"OTEL_TRACES_SAMPLER", "sometimes"}});
  EXPECT_EQ(made.sampler, "ParentBased{AlwaysOnSampler}");
  ASSERT_EQ(made.findings.size(), 1u);
  EXPECT_NE(made.findings[0].find("OTEL_TRACES_SAMPLER='sometimes' is not one of always_on"), std::string::npos);
  EXPECT_NE(made.findings[0].find("; using parentbased_always_on"), std::string::npos);
}

TEST(from_environment, says_what_x_ray_s_rules_need) {
  const chosen made = choose({{"OTEL_TRACES_SAMPLER", "xray"}});
  EXPECT_EQ(made.sampler, "ParentBased{AlwaysOnSampler}");
  ASSERT_EQ(made.findings.size(), 1u);
  EXPECT_NE(made.findings[0].find("give sonde::xray::sampler{} to sonde::start; using parentbased_always_on"), std::string::npos);
}

TEST(from_environment, names_a_bad_share_and_what_it_uses) {
  for (const char* bad : {"much", "1.5", "-0.1", "nan", "inf", "0,5", "10%", "0x1", "1e999"}) {
    const chosen made = choose({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", bad}});
    EXPECT_EQ(made.sampler, "TraceIdRatioBased{1.000000}") << bad;
    ASSERT_EQ(made.findings.size(), 1u) << bad;
    EXPECT_EQ(made.findings[0].find(std::string{"OTEL_TRACES_SAMPLER_ARG='"} + bad + "' is not "), 0u) << made.findings[0];
    EXPECT_NE(made.findings[0].find("; using 1.0"), std::string::npos) << made.findings[0];
  }
}

TEST(from_environment, looks_at_the_share_only_where_it_matters) {
  EXPECT_TRUE(choose({{"OTEL_TRACES_SAMPLER", "always_on"}, {"OTEL_TRACES_SAMPLER_ARG", "much"}}).findings.empty());
}

}  // namespace
