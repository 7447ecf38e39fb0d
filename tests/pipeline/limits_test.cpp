// SPDX-License-Identifier: MIT
// Judge: OpenTelemetry's environment variable specification: the table of limits, and what it says of values that cannot be used.

#include <sonde/pipeline/limits.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using variables = std::vector<environment::variable>;

constexpr std::uint32_t unlimited = UINT32_MAX;

struct limits {
  environment::reader env;
  sonde::record::span_limits spans;
  sonde::record::log_limits logs;

  explicit limits(variables set)
      : env{std::move(set)}, spans{sonde::pipeline::span_limits_from(env)}, logs{sonde::pipeline::log_limits_from(env)} {}
  /// Of spans: attributes, events, links, attributes of events and of links, length; of logs: attributes, length.
  [[nodiscard]] std::vector<std::uint32_t> all() const {
    return {spans.attributes,      spans.events,       spans.links,     spans.event_attributes,
            spans.link_attributes, spans.value_length, logs.attributes, logs.value_length};
  }
};

using numbers = std::vector<std::uint32_t>;
const numbers defaults{128, 128, 128, 128, 128, unlimited, 128, unlimited};

struct variable_of_a_limit {
  const char* name;
  std::vector<std::size_t> which;  // in all()
};
const variable_of_a_limit matrix[] = {
    {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", {0}},        {"OTEL_SPAN_EVENT_COUNT_LIMIT", {1}},
    {"OTEL_SPAN_LINK_COUNT_LIMIT", {2}},             {"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", {3}},
    {"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", {4}},        {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", {5}},
    {"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", {6}},   {"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", {7}},
    {"OTEL_ATTRIBUTE_COUNT_LIMIT", {0, 6}},          {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", {5, 7}},
};

numbers with(const std::vector<std::size_t>& which, std::uint32_t value) {
  numbers expected = defaults;
  for (const std::size_t each : which) expected[each] = value;
  return expected;
}

TEST(limits, are_those_of_the_specification_where_nothing_is_set) {
  const limits found{variables{}};
  EXPECT_EQ(found.all(), defaults);
  EXPECT_TRUE(found.env.findings().empty());
}

TEST(limits, each_variable_sets_its_own) {
  for (const auto& [name, which] : matrix)
    for (const std::uint32_t value : {std::uint32_t{0}, std::uint32_t{7}, std::uint32_t{100'000}}) {
      const limits found{variables{{name, std::to_string(value)}}};
      EXPECT_EQ(found.all(), with(which, value)) << name;
      EXPECT_TRUE(found.env.findings().empty()) << name;
    }
}

TEST(limits, what_cannot_be_used_is_a_finding_and_changes_nothing) {
  for (const auto& [name, which] : matrix)
    for (const char* value : {"-1", "many", "12x", "1.5", "99999999999", "99999999999999999999999"}) {
      const limits found{variables{{name, value}}};
      EXPECT_EQ(found.all(), defaults) << name << '=' << value;
      ASSERT_EQ(found.env.findings().size(), 1U) << name << '=' << value;
      const std::string sentence = found.env.findings()[0].sentence;
      EXPECT_EQ(sentence.find(std::string{name} + "='" + value + "'"), 0U) << sentence;
      const bool is_length = which[0] == 5 || which[0] == 7;
      EXPECT_NE(sentence.find(is_length ? "; using no limit" : "; using 128"), std::string::npos) << sentence;
    }
}

TEST(limits, an_empty_variable_is_not_set) {
  for (const auto& [name, which] : matrix) EXPECT_EQ(limits(variables{{name, ""}}).all(), defaults) << name;
}

TEST(limits, the_particular_variable_wins_over_the_general_one) {
  const limits found{{{"OTEL_ATTRIBUTE_COUNT_LIMIT", "10"},
                      {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "20"},
                      {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0"},
                      {"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "30"}}};
  EXPECT_EQ(found.all(), (numbers{0, 128, 128, 128, 128, 20, 10, 30}));
}

TEST(limits, an_unusable_particular_variable_leaves_the_general_one) {
  const limits found{{{"OTEL_ATTRIBUTE_COUNT_LIMIT", "10"}, {"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "few"}}};
  EXPECT_EQ(found.logs.attributes, 10U);
  ASSERT_EQ(found.env.findings().size(), 1U);
  EXPECT_EQ(found.env.findings()[0].sentence,
            "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT='few' is not a whole number; using that of OTEL_ATTRIBUTE_COUNT_LIMIT");
}

}  // namespace
