// SPDX-License-Identifier: MIT

#include <sonde/environment/near_miss.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using environment::edit_distance;

static_assert(edit_distance("", "") == 0 && edit_distance("abc", "abc") == 0);
static_assert(edit_distance("abc", "") == 3 && edit_distance("", "ab") == 2);
static_assert(edit_distance("abc", "ab") == 1 && edit_distance("abc", "axc") == 1 && edit_distance("abc", "abxc") == 1);
static_assert(edit_distance("abcd", "acbd") == 1, "two neighbours swapped are one mistake");
static_assert(edit_distance("kitten", "sitting") == 3);

TEST(near_miss, names_typed_almost_right_are_recognised) {
  for (const auto& [typed, meant] :
       {std::pair<std::string_view, std::string_view>{"OTEL_EXPORTER_OTLP_HEADER", "OTEL_EXPORTER_OTLP_HEADERS"},
        {"OTEL_EXPORTER_OLTP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"},
        {"OTEL_EXPORTER_OTLP_TRACE_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT_TRACES", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
        {"OTEL_TRACES_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
        {"otel_otlp_exporter_headers", "OTEL_EXPORTER_OTLP_HEADERS"},
        {"OTEL_LOG_RECORD_ATTRIBUTE_COUNT_LIMIT", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"},
        {"SONDE_RESOURCE_DETECTOR", "SONDE_RESOURCE_DETECTORS"},
        {"OTEL_SERVICENAME", "OTEL_SERVICE_NAME"},
        {"OTEL_SERIVCE_NAMES", "OTEL_SERVICE_NAME"},
        {"otel_service_name", "OTEL_SERVICE_NAME"},
        {"OTEL_RESOURCE_ATTRIBUTE", "OTEL_RESOURCE_ATTRIBUTES"},
        {"ROLLBAR_ACCES_TOKEN", "ROLLBAR_ACCESS_TOKEN"},
        {"AWS_XRAY_DAEMON_ADRESS", "AWS_XRAY_DAEMON_ADDRESS"}})
    EXPECT_EQ(environment::meant_by(typed), meant) << typed;
}

/// Every way to mistype `name` that people were seen to: a plural's S or another last letter gone, lower case, two words
/// exchanged, an underscore too few.
std::vector<std::string> mistyped(std::string_view name) {
  std::vector<std::string> made;
  made.emplace_back(name.substr(0, name.size() - 1));
  std::string lower_name;
  for (const char c : name) lower_name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  made.push_back(lower_name);
  std::vector<std::string> words;
  std::istringstream rest{std::string{name}};
  for (std::string word; std::getline(rest, word, '_');) words.push_back(word);
  const auto joined = [](const std::vector<std::string>& parts, std::size_t without = 0) {
    std::string text = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) text += (i == without ? "" : "_") + parts[i];
    return text;
  };
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (i > 1) made.push_back(joined(words, i));
    std::vector<std::string> changed = words;
    if (words[i].back() == 'S' && words[i].size() > 1) {
      changed[i].pop_back();
      made.push_back(joined(changed));
    }
    changed = words;
    if (i + 1 < words.size()) {
      std::swap(changed[i], changed[i + 1]);
      if (changed != words) made.push_back(joined(changed));
    }
  }
  return made;
}

TEST(near_miss, holds_for_all_that_is_known) {
  int count = 0;
  for (const std::string_view name : environment::known_names)
    for (const std::string& typed : mistyped(name)) {
      if (environment::is_known_name(typed)) continue;
      const std::string_view meant = environment::meant_by(typed);
      ++count;
      EXPECT_EQ(meant, name) << typed;
    }
  EXPECT_GT(count, 500);
}

TEST(near_miss, names_that_others_read_are_left_alone) {
  for (const char* real : {"OTEL_PYTHON_LOG_CORRELATION",
                           "OTEL_PYTHON_EXCLUDED_URLS",
                           "OTEL_LOG_LEVEL",
                           "OTEL_METRIC_EXPORT_INTERVAL",
                           "OTEL_METRICS_EXPORTER",
                           "OTEL_JAVAAGENT_ENABLED",
                           "OTEL_JAVA_GLOBAL_AUTOCONFIGURE_ENABLED",
                           "OTEL_DOTNET_AUTO_HOME",
                           "OTEL_NODE_RESOURCE_DETECTORS",
                           "OTEL_PHP_AUTOLOAD_ENABLED",
                           "OTEL_GO_X_EXEMPLAR",
                           "OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED",
                           "OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS",
                           "OTEL_BLRP_MAX_QUEUE_SIZE",
                           "OTEL_SPAN_LINK_COUNT_LIMIT",
                           "OTEL_EXPORTER_OTLP_METRIC_INSECURE",
                           "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS",
                           "OTEL_COLLECTOR_NAME",
                           "OTEL_TRACES_SAMPLER_ARG",
                           "AWS_XRAY_URL",
                           "AWS_XRAY_DEBUG_MODE",
                           "AWS_XRAY_LOG_LEVEL",
                           "AWS_LAMBDA_FUNCTION_NAME",
                           "AWS_ROLE_ARN",
                           "AWS_EXECUTION_ENV",
                           "AWS_PAGER",
                           "AWS_CA_BUNDLE",
                           "AWS_SECURITY_TOKEN",
                           "AWS_ENDPOINT_URL_S3",
                           "AWS_ENDPOINT_URL_RAM",
                           "AWS_WEB_IDENTITY_TOKEN_FILE",
                           "AWS_MAX_ATTEMPTS",
                           "ROLLBAR_USERNAME",
                           "ROLLBAR_ENV"})
    EXPECT_EQ(environment::meant_by(real), "") << real;
  EXPECT_EQ(environment::meant_by("HOTEL_SERVICE_NAME"), "") << "of no family of ours";
  EXPECT_EQ(environment::meant_by("AWS_REASON"), "") << "two letters of a short name";
  EXPECT_EQ(environment::meant_by("OTEL_SPAN_LUCK_COUNT_LIMIT"), "OTEL_SPAN_LINK_COUNT_LIMIT");
  EXPECT_EQ(environment::meant_by("OTEL_SPAN_LOCI_COUNT_LIMIT"), "") << "three letters of a long one";
}

TEST(near_miss, no_known_name_is_listed_twice_or_outside_the_families) {
  for (const std::string_view name : environment::known_names) {
    EXPECT_EQ(std::count(std::begin(environment::known_names), std::end(environment::known_names), name), 1) << name;
    EXPECT_EQ(environment::meant_by(name), "") << name;
    EXPECT_TRUE(std::any_of(std::begin(environment::name_families), std::end(environment::name_families),
                            [&](std::string_view family) { return name.substr(0, family.size()) == family; }))
        << name;
    EXPECT_LE(name.size(), 63U) << "edit_distance() gives up on longer ones";
  }
}

TEST(near_miss, is_reported_in_a_sentence_without_the_value) {
  environment::reader env{
      {{"OTEL_EXPORTER_OTLP_HEADER", "x-team=secret"}, {"OTEL_SERVICE_NAME", "demo"}, {"HOME", "/"}}};
  environment::report_near_misses(env);
  ASSERT_EQ(env.findings().size(), 1U);
  EXPECT_EQ(env.findings()[0].sentence,
            "OTEL_EXPORTER_OTLP_HEADER is not a known variable; did you mean OTEL_EXPORTER_OTLP_HEADERS?");
}

}  // namespace
