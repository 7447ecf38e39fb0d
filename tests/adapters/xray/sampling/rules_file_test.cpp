// SPDX-License-Identifier: MIT
// Local rules: the SDKs' formats, the API's, and files that are neither. Judge: AWS X-Ray API, "SamplingRule"; tests/interop
// compares with the LocalSampler of AWS's SDK for Python.

#include <sonde/adapters/xray/sampling/rules_file.hpp>

#include <cstdio>
#include <fstream>
#include <string>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace sonde::xray;
using enum sonde::sampling::rule_property;

[[nodiscard]] local_rules read(const std::string& text) { return local_rules_reader{"xray.json"}.read(text); }

/// The rule of the journals, with something in place of something else.
[[nodiscard]] std::string api_rule(const std::string& old_part = {}, const std::string& new_part = {}) {
  std::string text = R"({"RuleName": "Cruddur", "ResourceARN": "*", "Priority": 9000, "FixedRate": 0.1, "ReservoirSize": 5,
 "ServiceName": "backend-flask", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1})";
  return old_part.empty() ? text : text.replace(text.find(old_part), old_part.size(), new_part);
}

TEST(sampling_rules_file, reads_the_rule_of_the_journals) {
  const local_rules made = read("{\"SamplingRule\": " + api_rule() + "}");
  EXPECT_TRUE(made.complaints.empty());
  ASSERT_EQ(made.own.size(), 1u);
  const sonde::sampling::rule& rule = made.own[0];
  EXPECT_EQ(rule.name, "Cruddur");
  EXPECT_EQ(rule.priority, 9000);
  EXPECT_EQ(rule.fixed_rate, 0.1);
  EXPECT_EQ(rule.reservoir_size, 5u);
  EXPECT_EQ(rule.pattern(service_name), "backend-flask");
  EXPECT_EQ(rule.pattern(path), "*");
}

TEST(sampling_rules_file, reads_lists_of_such_rules_by_priority) {
  const std::string first = api_rule("9000", "1");
  const std::string records = R"({"SamplingRuleRecords": [{"SamplingRule": )" + api_rule() +
                              R"(, "ModifiedAt": 1.7E9}, {"SamplingRule": )" + first + R"(}], "NextToken": null})";
  for (const std::string& text : {"[" + api_rule() + "," + first + "]", records}) {
    const local_rules made = read(text);
    ASSERT_EQ(made.own.size(), 2u) << text;
    EXPECT_EQ(made.own[0].priority, 1);
  }
}

TEST(sampling_rules_file, reads_both_versions_of_the_sdk_s_format) {
  for (const auto& [version, host_key] : {std::pair{"1", "service_name"}, std::pair{"2", "host"}}) {
    const local_rules made = read(std::string{R"({"version": )"} + version + R"(, "rules": [
        {"description": "Player moves.", ")" + host_key + R"(": "*.example.com", "http_method": "GET", "url_path": "/api/move/*",
         "fixed_target": 3, "rate": 0.05}], "default": {"fixed_target": 2, "rate": 0.1}})");
    EXPECT_TRUE(made.complaints.empty());
    ASSERT_EQ(made.own.size(), 1u);
    EXPECT_EQ(made.own[0].pattern(host), "*.example.com");
    EXPECT_EQ(made.own[0].pattern(method), "GET");
    EXPECT_EQ(made.own[0].pattern(path), "/api/move/*");
    EXPECT_EQ(made.own[0].pattern(service_name), "*");
    EXPECT_EQ(made.own[0].reservoir_size, 3u);
    EXPECT_EQ(made.own[0].fixed_rate, 0.05);
    EXPECT_EQ(made.own[0].name, "") << "X-Ray knows no such rule";
    EXPECT_EQ(made.own[0].description, "rule 1 of xray.json (Player moves.)");
    EXPECT_EQ(made.rest.reservoir_size, 2u);
    EXPECT_EQ(made.rest.fixed_rate, 0.1);
  }
}

TEST(sampling_rules_file, a_file_of_no_use_is_one_sentence) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is not JSON"},
      {"{\"version\": 2", "is not JSON"},
      {"7", "holds neither rules of an X-Ray SDK nor of the X-Ray API"},
      {R"({"version": 3, "default": {}})", "is of a version other than 1 and 2"},
      {R"({"version": 2, "rules": []})", "has no `default`"},
      {R"({"version": 2, "default": {"fixed_target": 1}})", "has a `default` that has no rate from 0 to 1"},
      {R"({"version": 2, "default": {"fixed_target": -1, "rate": 0}})",
       "has a `default` that has no whole number as fixed_target"},
      {R"({"version": 2, "default": {"fixed_target": 1, "rate": 0, "url_path": "*"}})",
       "has a `default` with url_path, which it cannot have"},
      {R"({"version": 2, "default": {"fixed_target": 1, "rate": 0},
           "rules": [{"fixed_target": 1, "rate": 0, "host": "*", "http_method": "*"}]})",
       "has a rule 1 without url_path"},
      {R"({"version": 1, "default": {"fixed_target": 1, "rate": 0},
           "rules": [{"fixed_target": 1, "rate": 0, "host": "*", "http_method": "*", "url_path": "*"}]})",
       "has a rule 1 without service_name"}};
  for (const auto& [text, why] : cases) {
    const local_rules made = read(text);
    ASSERT_EQ(made.complaints.size(), 1u) << text;
    EXPECT_EQ(made.complaints[0], std::string{"sampling rules in xray.json: the file "} + why +
                                      "; using the default of 1 trace a second and 5 % of the others");
    EXPECT_TRUE(made.own.empty());
    EXPECT_EQ(made.rest.reservoir_size, 1u);
  }
}

TEST(sampling_rules_file, rules_of_kinds_that_the_sdks_pass_over_are_named) {
  const std::pair<std::pair<const char*, const char*>, const char*> cases[] = {
      {{"\"Version\": 1", "\"Version\": 2"}, "is not of Version 1"},
      {{"\"ResourceARN\": \"*\"", "\"ResourceARN\": \"arn:x\""}, "has a ResourceARN other than *"},
      {{"\"Version\"", "\"Attributes\": {\"a\": \"b\"}, \"Version\""}, "asks for Attributes"},
      {{"\"ServiceType\": \"*\", ", ""}, "has no ServiceType, or one that is too long"},
      {{"0.1", "1.5"}, "has no FixedRate from 0 to 1"},
      {{"\"ReservoirSize\": 5", "\"ReservoirSize\": -5"}, "has no ReservoirSize of 0 or more"}};
  for (const auto& [change, why] : cases) {
    const local_rules made = read("[" + api_rule(change.first, change.second) + "," + api_rule("Cruddur", "good") + "]");
    ASSERT_EQ(made.complaints.size(), 1u) << why;
    EXPECT_EQ(made.complaints[0], std::string{"sampling rules in xray.json: rule `Cruddur` "} + why + "; not used");
    ASSERT_EQ(made.own.size(), 1u);
    EXPECT_EQ(made.own[0].name, "good");
  }
  EXPECT_TRUE(read("[" + api_rule("\"Version\"", "\"Attributes\": {}, \"Version\"") + "]").complaints.empty());
}

TEST(sampling_rules_file, a_hostile_file_does_no_harm) {
  EXPECT_FALSE(read(std::string(100'000, '[')).usable);
  EXPECT_FALSE(read("[" + api_rule("Cruddur", std::string(1000, 'x')) + "]").usable);
  EXPECT_FALSE(read("[" + api_rule("0.1", "1e999") + "]").usable);
  EXPECT_FALSE(read("[null, 1, \"\\ud800\", {\"SamplingRule\": []}]").usable);
}

TEST(sampling_rules_file, is_read_from_disk_up_to_a_size) {
  EXPECT_NE(read_rules_file("/nowhere/xray.json").complaints.at(0).find("the file is not there"), std::string::npos);
  const std::string path = testing::TempDir() + "sonde-rules-" + std::to_string(::getpid()) + ".json";
  std::ofstream{path} << "[" << api_rule() << "]";
  EXPECT_EQ(read_rules_file(path).own.size(), 1u);
  std::ofstream{path} << std::string(1 << 21, ' ');
  EXPECT_NE(read_rules_file(path).complaints.at(0).find("is larger than 1024 KiB"), std::string::npos);
  std::remove(path.c_str());
}

TEST(sampling_rules_file, a_file_nested_without_end_does_no_harm) {
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  EXPECT_FALSE(read("{\"RuleName\": " + deep + "}").usable);
  EXPECT_FALSE(read("{\"SamplingRule\": " + deep + "}").usable);
}

}  // namespace
