// SPDX-License-Identifier: MIT

#include <sonde/adapters/otlp.hpp>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/otlp/backend.hpp"
#include "adapters/otlp/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sonde::tests;
using sonde::drop_reason;
using sonde::otlp::config;
using sonde::otlp::protocol;
using std::string_view_literals::operator""sv;

TEST(otlp, spans_arrive) {
  backend server{{http(200)}};
  lines said;
  EXPECT_EQ(run({.endpoint = server.url()}, said, {.spans = 3}).spans.exported, 3u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].http.path, "/v1/traces");
  EXPECT_EQ(requests[0].http.header("content-type"), "application/x-protobuf");
  EXPECT_TRUE(requests[0].http.header("user-agent").starts_with("sonde/"));
  EXPECT_EQ(server.records().size(), 3u);
  EXPECT_SAID(said, "test -> otlp: traces to " + server.url() + "/v1/traces");
  EXPECT_SAID(said, "otlp traces: first batch accepted: 3 spans");
}

TEST(otlp, spans_and_logs_go_their_own_ways_and_each_says_so_once) {
  for (const protocol how : {protocol::http_protobuf, protocol::http_json, protocol::grpc}) {
    const bool over_grpc = how == protocol::grpc;
    backend traces{{over_grpc ? grpc(0) : http(200)}};
    backend logs{{over_grpc ? grpc(0) : http(200)}};
    lines said;
    config config{.protocol = how, .batch_count = 2};
    config.traces.endpoint = traces.url() + "/t";
    config.logs.endpoint = logs.url() + "/l";
    const auto stats = run(std::move(config), said, {.spans = 5, .logs = 6});
    EXPECT_EQ(stats.spans.exported, 5u);
    EXPECT_EQ(stats.logs.exported, 6u);
    EXPECT_EQ(traces.records().size(), 5u);
    const auto texts = logs.records();
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()),
              (std::set<std::string>{"text 0", "text 1", "text 2", "text 3", "text 4", "text 5"}));
    // Several requests are under way at once: which batch is answered first is nobody's promise.
    EXPECT_EQ(said.count("otlp traces: first batch accepted: "), 1) << said.all();
    EXPECT_EQ(said.count("otlp logs: first batch accepted: "), 1) << said.all();
    EXPECT_EQ(said.count("accepted"), 2) << said.all();
    if (over_grpc) continue;
    for (const arrival& each : traces.requests()) EXPECT_EQ(each.http.path, "/t");
    for (const arrival& each : logs.requests()) EXPECT_EQ(each.http.path, "/l");
  }
}

TEST(otlp, logs_that_cannot_be_sent_do_not_disturb_spans) {
  for (const auto& [how, expected] : {std::pair{http_busy(), drop_reason::session_ended}, {silence(), drop_reason::session_ended},
                                      {http(400), drop_reason::rejected}}) {
    backend traces{{http(200)}};
    backend logs{{how}};
    lines said;
    config config;
    config.traces.endpoint = traces.url();
    config.logs.endpoint = logs.url();
    config.timeout = 0ms;
    config.queue_count = 20;
    sonde::pipeline::collector::grace = slack;
    auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
        sonde::otlp::exporter{std::move(config)});
    for (int i = 0; i < 10; ++i) {
      { sonde::span<"work"> one; }
      sonde::log::info("text {}", i);
    }
    for (int i = 0; i < 300 && session.stats().exporters.at(0).spans.exported < 10; ++i)
      static_cast<void>(session.force_flush(100ms));
    static_cast<void>(session.shutdown(500ms));
    const auto stats = session.stats().exporters.at(0);
    EXPECT_EQ(stats.spans.exported, 10u);
    EXPECT_EQ(stats.logs.exported, 0u);
    EXPECT_EQ(stats.logs.dropped[expected], 10u);
    EXPECT_EQ(traces.records().size(), 10u);
    EXPECT_SAID(said, "otlp traces: first batch accepted: 10 spans");
  }
}

TEST(otlp, spans_that_cannot_be_sent_do_not_disturb_logs) {
  backend traces{{http_busy()}};
  backend logs{{http(200)}};
  lines said;
  config config;
  config.traces.endpoint = traces.url();
  config.logs.endpoint = logs.url();
  config.timeout = 0ms;
  sonde::pipeline::collector::grace = slack;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{std::move(config)});
  for (int i = 0; i < 3; ++i) sonde::span<"work"> one;
  for (int i = 0; i < 4; ++i) sonde::log::info("text {}", i);
  for (int i = 0; i < 300 && session.stats().exporters.at(0).logs.exported < 4; ++i)
    static_cast<void>(session.force_flush(100ms));
  static_cast<void>(session.shutdown(500ms));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.logs.exported, 4u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 3u);
}

TEST(otlp, a_signal_that_is_switched_off_is_not_sent_and_no_loss) {
  backend server{{http(200)}};
  const variable off{"OTEL_LOGS_EXPORTER", "none"};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said, {.spans = 2, .logs = 3});
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.logs.dropped[drop_reason::unwanted], 3u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_NOT_SAID(said, "logs");
  EXPECT_NOT_SAID(said, "lost");
}

TEST(otlp, both_signals_switched_off_is_told) {
  const variable traces{"OTEL_TRACES_EXPORTER", "none"};
  const variable logs{"OTEL_LOGS_EXPORTER", "none"};
  lines said;
  EXPECT_EQ(run({}, said, {.spans = 2}).spans.dropped[drop_reason::unwanted], 2u);
  EXPECT_SAID(said, "nothing, since traces and logs are switched off");
}

TEST(otlp, its_own_requests_are_not_traced) {
  backend server{{http_busy(), http(200)}};
  lines said;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
      sonde::otlp::exporter{{.endpoint = server.url()}});
  {
    sonde::span<"around"> around;
    { sonde::span<"within"> within; }
    EXPECT_TRUE(session.force_flush());
  }
  EXPECT_TRUE(session.shutdown(5s));
  EXPECT_EQ(session.stats().spans.started, 2u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  for (const arrival& each : requests) {
    EXPECT_EQ(records_in(each.message).size(), 1u);
    for (const char* header : {"traceparent", "tracestate", "baggage",
        "x-amzn-trace-id"}) EXPECT_EQ(each.http.header(header), "");
  }
}

TEST(otlp, everything_from_the_environment) {
  backend server{{http(200)}};
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", server.url() + "/base/"};
  const variable headers{"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abcdefghijklmnopqrstuvwxyz,x-other=a%20b"};
  const variable count{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"};
  const variable compression{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"};
  const variable protocol{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"};
  lines said;
  EXPECT_EQ(run({}, said, {.spans = 5, .logs = 1}).spans.exported, 5u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4u);
  for (const arrival& each : requests) {
    const bool traces = each.http.path == "/base/v1/traces";
    EXPECT_EQ(each.http.path, traces ? "/base/v1/traces" : "/base/v1/logs");
    EXPECT_EQ(each.http.header("content-type"), traces ? "application/json" : "application/x-protobuf");
    EXPECT_EQ(each.http.header("x-honeycomb-team"), "abcdefghijklmnopqrstuvwxyz");
    EXPECT_EQ(each.http.header("x-other"), "a b");
    EXPECT_TRUE(each.compressed);
  }
  EXPECT_EQ(server.records().size(), 6u);
  EXPECT_SAID(said, "from OTEL_EXPORTER_OTLP_ENDPOINT");
  EXPECT_SAID(said, "x-honeycomb-team: abcd…");
  EXPECT_NOT_SAID(said, "abcdefgh");
}

TEST(otlp, a_malformed_endpoint_is_named_and_the_next_source_used) {
  backend server{{http(200)}};
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", server.url()};
  const variable traces{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4318"};
  lines said;
  EXPECT_EQ(run({}, said).spans.exported, 1u);
  EXPECT_SAID(said, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'localhost:4318' has no scheme: write http://localhost:4318");
}

TEST(otlp, what_code_got_wrong_is_a_sentence_and_no_crash) {
  for (const auto& [config, sentence] : std::vector<std::pair<sonde::otlp::config, std::string>>{
           {{.endpoint = "ftp://x"}, "neither an http nor an https URL"},
           {{.headers = {{{"x-team", "${HONEYCOMB_API_KEY}"}}}}, "nobody substituted"},
           {{.headers = {{{"x-team", ""}}}}, "x-team is empty"},
           {{.headers = {{{"x-team", "a\r\nb: c"}}}}, "line break"}}) {
    lines said;
    const auto stats = run(config, said, {.spans = 2, .logs = 1});
    EXPECT_EQ(stats.spans.dropped[drop_reason::not_configured], 2u);
    EXPECT_EQ(stats.logs.dropped[drop_reason::not_configured], 1u);
    EXPECT_SAID(said, "not exporting");
    EXPECT_SAID(said, sentence);
  }
}

TEST(otlp, the_end_of_an_outage_is_a_line) {
  backend server{{http(200), http_busy(), http(200), http(200)}};
  lines said;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{{.endpoint = server.url()}});
  for (int i = 0; i < 3; ++i) {
    { sonde::span<"work"> span; }
    ASSERT_TRUE(session.force_flush());
  }
  EXPECT_SAID(said, "first batch accepted: 1 span\n");
  EXPECT_SAID(said, "will retry\notlp traces: accepted again: 1 span\n");
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST(otlp, the_last_words_say_what_was_lost) {
  backend server{{http(503)}};
  lines said;
  sonde::pipeline::collector::grace = slack;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{{.endpoint = server.url()}});
  for (int i = 0; i < 2; ++i) sonde::span<"work"> one;
  for (int i = 0; i < 300 && said.count("will retry") == 0; ++i) static_cast<void>(session.force_flush(100ms));
  static_cast<void>(session.shutdown(300ms));
  EXPECT_SAID(said, "will retry\notlp: 2 of 2 spans lost: session ended\n");
}

TEST(otlp, a_refused_key_is_named) {
  backend server{{http(401, "{\"message\":\"unknown API key abcdefghijklmnopqrstuvwxyz\"}\n",
      "Content-Type: application/json\r\n")}};
  const variable headers{"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abcdefghijklmnopqrstuvwxyz"};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said, {.spans = 4});
  EXPECT_EQ(stats.spans.dropped[drop_reason::rejected], 4u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "otlp traces: HTTP 401 from " + server.url() + "/v1/traces (set in code): \"unknown API key abcd…\"; sent "
                    "x-honeycomb-team: abcd… (from OTEL_EXPORTER_OTLP_HEADERS); check the key");
  EXPECT_NOT_SAID(said, "abcdefgh");
}

TEST(otlp, a_closed_port_names_the_setting) {
  std::string url;
  {
    const listener gone;
    url = "http://" + gone.authority();
  }
  for (const char* how : {"http/protobuf", "grpc"}) {
    const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", url};
    const variable protocol{"OTEL_EXPORTER_OTLP_PROTOCOL", how};
    for (int left = 4; left >= 0; --left) {
      lines said;
      const auto stats = run({.timeout = 750ms}, said);
      if (left > 0 && said.count(" within ") > 0) continue;  // the machine held somebody up
      EXPECT_EQ(stats.spans.dropped[drop_reason::retries_exhausted], 1u);
      EXPECT_SAID(said, "connection refused by " + url.substr(7));
      EXPECT_SAID(said, " (from OTEL_EXPORTER_OTLP_ENDPOINT)");
      break;
    }
  }
}

TEST(otlp, partial_success_counts_and_quotes) {
  const std::string protobuf = "Content-Type: application/x-protobuf\r\n";
  backend server{{http(200, std::string{"\x0a\x0b\x08\x02\x12\x07too old"sv}, protobuf),
                  http(200, std::string{"\x0a\x07\x12\x05hello"sv}, protobuf),
                  http(200, "\xFF\xFFgarbage", protobuf),
                  http(204),
                  http(200, std::string{"\x0a\x03\x08\xe8\x07"sv}, protobuf)}};  // 1000 rejected of 3
  lines said;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{{.endpoint = server.url(), .batch_count = 3, .concurrent_requests = 1}});
  for (int i = 0; i < 15; ++i) sonde::span<"work"> span;
  EXPECT_TRUE(session.shutdown(5s));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(server.requests().size(), 5u) << "nothing is sent again";
  EXPECT_EQ(stats.spans.exported, 10u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::rejected], 5u);
  EXPECT_EQ(stats.spans.dropped.total(), 5u);
  EXPECT_SAID(said, "rejected 2 spans: \"too old\"");
}

TEST(otlp, partial_success_over_grpc_counts_and_quotes) {
  backend server{{grpc(0, {}, {}, std::string{"\x0a\x0b\x08\x02\x12\x07too old"sv})}};
  lines said;
  const auto stats = run({.endpoint = server.url(), .protocol = protocol::grpc}, said, {.spans = 3});
  EXPECT_EQ(stats.spans.exported, 1u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::rejected], 2u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "rejected 2 spans: \"too old\"");
}

TEST(otlp, a_bounded_queue_drops_and_counts) {
  backend server{{http(503, {}, "Retry-After: 99\r\n")}};
  const variable queue{"OTEL_BSP_MAX_QUEUE_SIZE", "10"};
  lines said;
  const auto stats = run({.endpoint = server.url(), .timeout = 0ms}, said, {.spans = 100, .patience = 300ms});
  EXPECT_EQ(stats.spans.dropped[drop_reason::queue_full], 90u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 10u);
}

}  // namespace
