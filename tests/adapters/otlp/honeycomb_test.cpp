// SPDX-License-Identifier: MIT
// Plays Honeycomb's part as its documents have it: keys, datasets, the answers to a wrong key, sample rates.
// Source: Honeycomb, "Send Data with OpenTelemetry", "API keys", "Sampling".

#include <sonde/adapters/otlp/honeycomb.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "adapters/otlp/backend.hpp"
#include "adapters/otlp/run.hpp"
#include "adapters/otlp/settled.hpp"

namespace {

using namespace sonde::tests;
using sonde::drop_reason;
using sonde::environment::pairs;
using sonde::otlp::config;
using sonde::otlp::honeycomb;
using sonde::otlp::protocol;
using sonde::otlp::signal;
using std::string_view_literals::operator""sv;

constexpr char key[] = "abcdefghijklmnopqrstuv";            // 22 characters, as keys of environments have
const std::string classic_key = "0123456789abcdef0123456789abcdef";
const std::string classic_ingest_key = "hcaic_" + std::string(58, 'x');

TEST(honeycomb, knows_classic_keys) {
  EXPECT_TRUE(honeycomb::is_classic(classic_key));
  EXPECT_TRUE(honeycomb::is_classic(classic_ingest_key));
  EXPECT_FALSE(honeycomb::is_classic(key));
  EXPECT_FALSE(honeycomb::is_classic("0123456789ABCDEF0123456789ABCDEF"));
  EXPECT_FALSE(honeycomb::is_classic("0123456789abcdef0123456789abcdeg"));
  EXPECT_FALSE(honeycomb::is_classic(classic_key + "0"));
  EXPECT_FALSE(honeycomb::is_classic("hcaik_" + std::string(58, 'x'))) << "an ingest key of an environment";
  EXPECT_FALSE(honeycomb::is_classic("xxaic_" + std::string(58, 'x')));
  EXPECT_FALSE(honeycomb::is_classic(classic_ingest_key + "x"));
  EXPECT_FALSE(honeycomb::is_classic(""));
}

TEST(honeycomb, knows_its_own_hosts) {
  EXPECT_TRUE(honeycomb::is_host("api.honeycomb.io"));
  EXPECT_TRUE(honeycomb::is_host("api.eu1.honeycomb.io"));
  EXPECT_TRUE(honeycomb::is_host("honeycomb.io"));
  EXPECT_TRUE(honeycomb::is_host("API.Honeycomb.IO"));
  EXPECT_FALSE(honeycomb::is_host("io"));
  EXPECT_FALSE(honeycomb::is_host("nothoneycomb.io"));
  EXPECT_FALSE(honeycomb::is_host("honeycomb.io.example"));
}

TEST(honeycomb, preset_goes_to_the_region_named) {
  const variables given{{"HONEYCOMB_API_KEY", key}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere:1"}};
  EXPECT_EQ(settle({.honeycomb = honeycomb{}}, given).value.endpoint.text(), "https://api.honeycomb.io/v1/traces");
  EXPECT_EQ(settle({.honeycomb = honeycomb{.where = honeycomb::region::eu}}, given, signal::logs).value.endpoint.text(),
            "https://api.eu1.honeycomb.io/v1/logs");
  const auto grpc = settle({.honeycomb = honeycomb{}, .protocol = protocol::grpc}, given).value.endpoint;
  EXPECT_EQ(grpc.text(), "https://api.honeycomb.io/");
  EXPECT_EQ(grpc.port, 443);
  EXPECT_EQ(settle({.honeycomb = honeycomb{}, .endpoint = "http://proxy:8080"}, given).value.endpoint.text(),
      "http://proxy:8080/v1/traces");
}

/// The key in use, and where the line at start says it came from.
std::pair<std::string, std::string> key_and_source(const config& given, const variables& environment) {
  const settled got = settle(given, environment);
  EXPECT_EQ(got.refusal, "");
  std::string found;
  int times = 0;
  for (const auto& [name, value] : got.value.headers)
    if (name == honeycomb::key_header) found = value, ++times;
  EXPECT_EQ(times, 1);
  return {found, got.value.headers_source};
}

TEST(honeycomb, key_comes_from_code_then_from_its_variable_then_from_the_headers) {
  const variables all{{"HONEYCOMB_API_KEY", "from-variable-0123456"},
                      {"HONEYCOMB_DATASET", "mine"},
                      {"OTEL_EXPORTER_OTLP_HEADERS", "X-Honeycomb-Team=from-headers-01234567,x-other=1"}};
  const variables headers{all[1], all[2]};
  using found = std::pair<std::string, std::string>;
  EXPECT_EQ(key_and_source({.honeycomb = honeycomb{.api_key = "from-code-0123456789"}}, all),
      found("from-code-0123456789", "set in code"));
  EXPECT_EQ(key_and_source({.honeycomb = honeycomb{}}, all), found("from-variable-0123456", "from HONEYCOMB_API_KEY"));
  EXPECT_EQ(key_and_source({.honeycomb = honeycomb{}, .headers = pairs{{"x-honeycomb-team", "from-code-headers-0123"}}}, all),
            found("from-code-headers-0123", "set in code"))
      << "no variable wins over code";
  EXPECT_EQ(key_and_source({.honeycomb = honeycomb{}, .headers = pairs{{"x-other", "1"}}}, all),
            found("from-variable-0123456", "from HONEYCOMB_API_KEY"));
  const settled by_headers = settle({.honeycomb = honeycomb{}}, headers);
  EXPECT_EQ(by_headers.value.headers_source, "from OTEL_EXPORTER_OTLP_HEADERS") << "of the key, not of the dataset";
  EXPECT_EQ(by_headers.value.headers.at(0).second, "from-headers-01234567");
  EXPECT_EQ(settle({.honeycomb = honeycomb{}}, {{"HONEYCOMB_API_KEY", "from-variable-0123456\n"}}).value.headers.at(0).second,
            "from-variable-0123456") << "files and secrets of Kubernetes often end in a line";
}

TEST(honeycomb, without_a_key_is_told_where_to_put_one) {
  for (const char* none : {"", "${HONEYCOMB_KEY}"})
    EXPECT_EQ(settle({.honeycomb = honeycomb{}}, {{"HONEYCOMB_API_KEY", none}}).refusal,
              "no key for Honeycomb: set HONEYCOMB_API_KEY, or honeycomb::api_key in code");
  EXPECT_EQ(settle({.honeycomb = honeycomb{.api_key = "${HONEYCOMB_API_KEY}"}}).refusal,
            "the OTLP header x-honeycomb-team has the value '${HONEYCOMB_API_KEY}', which nobody substituted");
  EXPECT_EQ(settle({.honeycomb = honeycomb{.api_key = "two\nlines"}}).refusal,
            "the OTLP header x-honeycomb-team has a line break in its value");
}

TEST(honeycomb, found_by_its_host_is_told_of_a_missing_key) {
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.honeycomb.io"}}).findings,
            "api.honeycomb.io wants a key: set OTEL_EXPORTER_OTLP_HEADERS to x-honeycomb-team=KEY\n");
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.honeycomb.io"},
                              {"OTEL_EXPORTER_OTLP_HEADERS", "X-Honeycomb-Team=" + std::string{key}}}).findings, "");
}

TEST(honeycomb, classic_key_wants_a_dataset) {
  for (const std::string& classic : {classic_key, classic_ingest_key}) {
    const std::string masked = classic.substr(0, 4) + "…";
    const settled preset = settle({.honeycomb = honeycomb{}, .endpoint = "http://proxy:8080"}, {{"HONEYCOMB_API_KEY", classic}});
    EXPECT_EQ(preset.findings, "the Honeycomb key " + masked +
        " is a classic one, which needs a dataset: set HONEYCOMB_DATASET=NAME\n");
    const settled by_host = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.honeycomb.io"},
                                              {"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=" + classic}});
    EXPECT_EQ(by_host.findings, "the Honeycomb key " + masked + " is a classic one, which needs a dataset: add "
                                "x-honeycomb-dataset=NAME to OTEL_EXPORTER_OTLP_HEADERS\n");
    const settled with = settle({.honeycomb = honeycomb{}}, {{"HONEYCOMB_API_KEY", classic}, {"HONEYCOMB_DATASET", "mine"}});
    EXPECT_EQ(with.findings, "");
    EXPECT_EQ(with.value.headers, (pairs{{"x-honeycomb-dataset", "mine"}, {"x-honeycomb-team", classic}}));
    EXPECT_EQ(settle({.honeycomb = honeycomb{.api_key = classic, .dataset = "other"}}, {{"HONEYCOMB_DATASET",
        "mine"}}).value.headers.at(0).second,
              "other");
  }
  EXPECT_EQ(settle({.honeycomb = honeycomb{}}, {{"HONEYCOMB_API_KEY", key}}).findings, "");
}

// Its answers, over a socket. The preset's endpoint is overridden in code, so that the test stands in for it.

TEST(honeycomb, gets_its_headers_in_lower_case) {
  backend server{{http(200)}};
  const variable api_key{"HONEYCOMB_API_KEY", classic_key};
  const variable dataset{"HONEYCOMB_DATASET", "mine"};
  lines said;
  const auto stats = run({.honeycomb = honeycomb{}, .endpoint = server.url()}, said, {.spans = 2, .logs = 2});
  EXPECT_EQ(stats.spans.exported + stats.logs.exported, 4u);
  std::set<std::string> paths;
  for (const arrival& each : server.requests()) {
    paths.insert(each.http.path);
    EXPECT_NE(each.http.header_lines.find("x-honeycomb-team: " + classic_key + "\r\n"), std::string::npos)
        << each.http.header_lines;
    EXPECT_NE(each.http.header_lines.find("x-honeycomb-dataset: mine\r\n"), std::string::npos) << each.http.header_lines;
  }
  EXPECT_EQ(paths, (std::set<std::string>{"/v1/traces", "/v1/logs"}));
  EXPECT_SAID(said, "x-honeycomb-team: 0123… (from HONEYCOMB_API_KEY)");
  EXPECT_NOT_SAID(said, classic_key.substr(0, 5));
}

TEST(honeycomb, that_knows_no_such_key_is_explained) {
  backend server{{http(401, R"({"message":"unknown API key - check your credentials, region, and API URL"})",
                       "Content-Type: application/json\r\n")}};
  const variable api_key{"HONEYCOMB_API_KEY", key};
  lines said;
  EXPECT_EQ(run({.honeycomb = honeycomb{}, .endpoint = server.url()}, said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_SAID(said, "HTTP 401 from " + server.url() +
      "/v1/traces (set in code): \"unknown API key - check your credentials, region, and "
                    "API URL\"; sent x-honeycomb-team: abcd… (from HONEYCOMB_API_KEY); check the key");
  EXPECT_NOT_SAID(said, "abcde");
}

TEST(honeycomb, that_misses_its_header_is_explained) {
  backend server{{http(401, R"({"message":"missing 'x-honeycomb-team' header"})", "Content-Type: application/json\r\n")}};
  lines said;
  EXPECT_EQ(run({.endpoint = server.url()}, said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_SAID(said, ": \"missing 'x-honeycomb-team' header\"; no header was sent: set OTEL_EXPORTER_OTLP_HEADERS to ");
}

TEST(honeycomb, that_misses_its_header_over_grpc_is_explained) {
  backend server{{grpc(16, "missing 'x-honeycomb-team' header")}};
  lines said;
  EXPECT_EQ(run({.endpoint = server.url(), .protocol = protocol::grpc}, said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_SAID(said, "gRPC UNAUTHENTICATED from " + server.url() +
      "/ (set in code): \"missing 'x-honeycomb-team' header\"; no header was sent");
}

TEST(honeycomb, that_takes_a_part_with_200_is_believed) {
  backend server{{http(200, std::string{"\x0a\x13\x08\x02\x12\x0f" "unknown dataset"sv},
      "Content-Type: application/x-protobuf\r\n")}};
  const variable api_key{"HONEYCOMB_API_KEY", key};
  lines said;
  const auto stats = run({.honeycomb = honeycomb{}, .endpoint = server.url()}, said, {.spans = 3});
  EXPECT_EQ(stats.spans.exported, 1u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::rejected], 2u);
  EXPECT_SAID(said, "rejected 2 spans: \"unknown dataset\"");
  EXPECT_EQ(server.requests().size(), 1u);
}

// Sample rates.

/// Takes one trace in twenty, and today it is always that one.
struct one_in_twenty {
  bool sampled = true;
  [[nodiscard]] bool should_sample(const sonde::sampling::question&) const noexcept { return sampled; }
  [[nodiscard]] std::string description() const { return "one in twenty"; }
  [[nodiscard]] std::uint32_t sample_rate() const noexcept { return 20; }
};

/// Of the records that a server got, by their text or name, those that carry SampleRate = 20, as a KeyValue of protobuf.
std::size_t weighted(const arrival& request) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = request.message.find("\x0a\x0aSampleRate\x12\x02\x18\x14"sv,
      at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(honeycomb, gets_the_sampler_s_rate_with_spans_and_logs_of_sampled_traces_alone) {
  for (const bool asked : {true, false})
    for (const bool sampled : {true, false}) {
      backend traces{{http(200)}};
      backend logs{{http(200)}};
      lines said;
      config config{.sample_rate = asked};
      config.traces.endpoint = traces.url();
      config.logs.endpoint = logs.url();
      config.logs.batch_age = std::chrono::minutes{1};
      auto session = sonde::start({.service_name = "test", .sampler = sonde::sampling::any_sampler{one_in_twenty{sampled}},
                                   .diagnostics = said.handler()}, sonde::otlp::exporter{std::move(config)});
      sonde::log::info("outside");
      {
        sonde::span<"root"> root;
        sonde::span<"child"> child;
        child.set_attribute<"n">(1);
        sonde::log::info("within");
      }
      EXPECT_TRUE(session.shutdown(std::chrono::seconds{5}));
      const auto spans = traces.requests();
      ASSERT_EQ(spans.size(), sampled ? 1u : 0u);
      if (sampled) {
        EXPECT_EQ(weighted(spans[0]), asked ? 2u : 0u);
      }
      const auto texts = logs.requests();
      ASSERT_EQ(texts.size(), 1u);
      EXPECT_EQ(records_in(texts[0].message).size(), 2u);
      EXPECT_EQ(weighted(texts[0]), asked && sampled ? 1u : 0u);
    }
}

}  // namespace
