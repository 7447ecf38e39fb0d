// SPDX-License-Identifier: MIT

#include <sonde/adapters/otlp.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

using namespace std::chrono_literals;

/// What one request was, and what to answer it.
struct seen {
  std::string path;
  httplib::Headers headers;
  std::string body;
};

/// A backend on a port of its own that answers as told; the last answer is repeated.
class backend {
 public:
  using answer = std::function<void(httplib::Response&)>;

  explicit backend(std::vector<answer> answers = {[](httplib::Response&) {}}) : answers_{std::move(answers)} {
    server_.Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock{mutex_};
      requests_.push_back({request.path, request.headers, request.body});
      answers_[std::min(requests_.size(), answers_.size()) - 1](response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    while (!server_.is_running()) std::this_thread::sleep_for(1ms);
  }
  ~backend() {
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<seen> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  httplib::Server server_;
  std::vector<answer> answers_;
  std::mutex mutex_;
  std::vector<seen> requests_;
  int port_ = 0;
  std::thread thread_;
};

backend::answer status(int code, std::string body = "", std::string type = "text/plain", std::string retry_after = "") {
  return [=](httplib::Response& response) {
    response.status = code;
    if (!body.empty()) response.set_content(body, type);
    if (!retry_after.empty()) response.set_header("Retry-After", retry_after);
  };
}

/// A variable of the environment for the time of a test.
class variable {
 public:
  variable(std::string name, const std::string& value) : name_{std::move(name)} { setenv(name_.c_str(), value.c_str(), 1); }
  ~variable() { unsetenv(name_.c_str()); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

 private:
  std::string name_;
};

/// The lines a session said, from whichever thread.
class lines {
 public:
  [[nodiscard]] sonde::diagnostics_handler handler() {
    return [this](std::string_view line) {
      const std::lock_guard lock{mutex_};
      all_ += std::string{line} + '\n';
    };
  }
  [[nodiscard]] std::string all() {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  std::mutex mutex_;
  std::string all_;
};

/// Runs a session around `spans` spans and returns its ledger.
sonde::exporter_stats run(sonde::otlp::config config, lines& said, int spans = 1, std::chrono::milliseconds patience = 5s) {
  auto session = sonde::start({.service_name = "test", .shutdown_timeout = patience, .diagnostics = said.handler()},
                              sonde::otlp::exporter{std::move(config)});
  for (int i = 0; i < spans; ++i) {
    sonde::span<"work"> span;
    span.set_attribute<"n">(i);
  }
  static_cast<void>(session.shutdown(patience));
  return session.stats().exporters.at(0);
}

#define EXPECT_SAID(said, text) EXPECT_NE((said).all().find(text), std::string::npos) << (said).all()
#define EXPECT_NOT_SAID(said, text) EXPECT_EQ((said).all().find(text), std::string::npos) << (said).all()

TEST(otlp, spans_arrive) {
  backend server;
  lines said;
  const auto stats = run({.endpoint = server.url()}, said, 3);
  EXPECT_EQ(stats.spans.exported, 3u);
  EXPECT_EQ(stats.spans.dropped.total(), 0u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].path, "/v1/traces");
  EXPECT_EQ(requests[0].headers.find("Content-Type")->second, "application/x-protobuf");
  EXPECT_TRUE(requests[0].headers.find("User-Agent")->second.starts_with("sonde/"));
  EXPECT_NE(requests[0].body.find("\x2a\x04work"), std::string::npos);
  EXPECT_SAID(said, "test -> otlp: traces to " + server.url() + "/v1/traces (set in code)");
  EXPECT_SAID(said, "otlp: first batch accepted: 3 spans");
}

TEST(otlp, everything_from_the_environment) {
  backend server;
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", server.url() + "/base/"};
  const variable headers{"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abcdefghijklmnopqrstuvwxyz,x-other=a%20b"};
  const variable count{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"};
  lines said;
  EXPECT_EQ(run({}, said, 5).spans.exported, 5u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].path, "/base/v1/traces");
  EXPECT_EQ(requests[0].headers.find("x-honeycomb-team")->second, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(requests[0].headers.find("x-other")->second, "a b");
  EXPECT_SAID(said, "from OTEL_EXPORTER_OTLP_ENDPOINT");
  EXPECT_SAID(said, "x-honeycomb-team: abcd…");
  EXPECT_NOT_SAID(said, "abcdefgh");
}

TEST(otlp, the_variables_for_traces_win_and_code_beats_both) {
  backend general;
  backend specific;
  backend code;
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", general.url()};
  const variable traces{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", specific.url() + "/as/given?x=1"};
  const variable headers{"OTEL_EXPORTER_OTLP_HEADERS", "x-a=general"};
  const variable traces_headers{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-a=specific"};
  lines said;
  EXPECT_EQ(run({}, said).spans.exported, 1u);
  EXPECT_EQ(run({.traces_endpoint = code.url(), .headers = {{{"x-a", "code"}}}}, said).spans.exported, 1u);
  EXPECT_TRUE(general.requests().empty());
  ASSERT_EQ(specific.requests().size(), 1u);
  EXPECT_EQ(specific.requests()[0].path, "/as/given");
  EXPECT_EQ(specific.requests()[0].headers.find("x-a")->second, "specific");
  ASSERT_EQ(code.requests().size(), 1u);
  EXPECT_EQ(code.requests()[0].path, "/");
  EXPECT_EQ(code.requests()[0].headers.find("x-a")->second, "code");
}

TEST(otlp, a_malformed_endpoint_is_named_and_the_next_source_used) {
  backend server;
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", server.url()};
  const variable traces{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4318"};
  const variable timeout{"OTEL_EXPORTER_OTLP_TIMEOUT", "soon"};
  const variable protocol{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"};
  const variable compression{"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"};
  lines said;
  EXPECT_EQ(run({}, said).spans.exported, 1u);
  EXPECT_SAID(said, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'localhost:4318' has no scheme: write http://localhost:4318");
  EXPECT_SAID(said, "OTEL_EXPORTER_OTLP_TIMEOUT='soon' is not a whole number of milliseconds; using 10000");
  EXPECT_SAID(said, "OTEL_EXPORTER_OTLP_PROTOCOL='grpc' is not supported yet; using http/protobuf");
  EXPECT_SAID(said, "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION='gzip' is not supported yet; using none");
}

TEST(otlp, what_code_got_wrong_is_a_sentence_and_no_crash) {
  for (const auto& [config, sentence] : std::vector<std::pair<sonde::otlp::config, std::string>>{
           {{.endpoint = "ftp://x"}, "neither an http nor an https URL"},
           {{.headers = {{{"x-team", "${HONEYCOMB_API_KEY}"}}}}, "nobody substituted"},
           {{.headers = {{{"x-team", ""}}}}, "x-team is empty"},
           {{.headers = {{{"x-team", "a\r\nb: c"}}}}, "line break"}}) {
    lines said;
    const auto stats = run(config, said, 2);
    EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::not_configured], 2u);
    EXPECT_SAID(said, "not exporting");
    EXPECT_SAID(said, sentence);
  }
}

TEST(otlp, an_endpoint_that_names_the_path_itself_is_remarked) {
  backend server;
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", server.url() + "/v1/traces"};
  lines said;
  static_cast<void>(run({}, said));
  EXPECT_SAID(said, "set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT instead");
}

TEST(otlp, unavailable_is_tried_again) {
  backend server{{status(503, "", "", "0"), status(503, "", "", "0"), status(200)}};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said, 2);
  EXPECT_EQ(stats.spans.exported, 2u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].body, requests[2].body);
  EXPECT_SAID(said, "HTTP 503 from " + server.url() + "/v1/traces (set in code); will retry");
  EXPECT_SAID(said, "first batch accepted");
}

TEST(otlp, the_end_of_an_outage_is_a_line) {
  backend server{{status(200), status(503, "", "", "0"), status(200), status(200)}};
  lines said;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{{.endpoint = server.url()}});
  for (int i = 0; i < 3; ++i) {
    { sonde::span<"work"> span; }
    ASSERT_TRUE(session.force_flush());
  }
  EXPECT_SAID(said, "first batch accepted: 1 span\n");
  EXPECT_SAID(said, "will retry\notlp: accepted again: 1 span\n");
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST(otlp, the_last_words_say_what_was_lost) {
  backend server{{status(503)}};
  lines said;
  static_cast<void>(run({.endpoint = server.url()}, said, 2, 300ms));
  EXPECT_SAID(said, "will retry\notlp: 2 of 2 spans lost: session ended\n");
}

TEST(otlp, the_backends_wish_is_obeyed) {
  backend server{{status(503, "", "", "1"), status(200)}};
  lines said;
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(run({.endpoint = server.url()}, said).spans.exported, 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 950ms);
}

TEST(otlp, a_wish_beyond_the_time_allowed_ends_it) {
  backend server{{status(429, "", "", "99999")}};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::retries_exhausted], 1u);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(otlp, a_refused_key_is_named) {
  backend server{{status(401, "{\"message\":\"unknown API key\x1b[31m abcdefghijklmnopqrstuvwxyz\"}\n", "application/json")}};
  const variable headers{"OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abcdefghijklmnopqrstuvwxyz"};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said, 4);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::rejected], 4u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "HTTP 401 from " + server.url() + "/v1/traces (set in code): \"{\"message\":\"unknown API key[31m abcd…\"}\"");
  EXPECT_SAID(said, "sent x-honeycomb-team: abcd… (from OTEL_EXPORTER_OTLP_HEADERS); check the key");
  EXPECT_NOT_SAID(said, "abcdefgh");
}

TEST(otlp, a_missing_key_is_told) {
  backend server{{status(401, std::string{"\x08\x10\x12\x09no header", 13}, "application/x-protobuf")}};
  lines said;
  static_cast<void>(run({.endpoint = server.url()}, said));
  EXPECT_SAID(said, ": \"no header\"; no header was sent: set OTEL_EXPORTER_OTLP_HEADERS");
}

TEST(otlp, an_error_of_the_server_is_final) {
  backend server{{status(500, std::string(1000, 'x')), status(200)}};
  lines said;
  const auto stats = run({.endpoint = server.url()}, said);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::rejected], 1u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "\"" + std::string(200, 'x') + "…\"");
}

TEST(otlp, a_closed_port_names_the_setting) {
  int port = 0;
  {
    backend gone;
    port = std::stoi(gone.url().substr(gone.url().rfind(':') + 1));
  }
  const variable endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + std::to_string(port)};
  lines said;
  const auto stats = run({.timeout = 300ms}, said);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::retries_exhausted], 1u);
  EXPECT_SAID(said, "connection refused by 127.0.0.1:" + std::to_string(port));
  EXPECT_SAID(said, "/v1/traces (from OTEL_EXPORTER_OTLP_ENDPOINT)");
}

TEST(otlp, partial_success_counts_and_quotes) {
  backend server{{status(200, std::string{"\x0a\x0b\x08\x02\x12\x07too old", 13}, "application/x-protobuf"),
                  status(200, std::string{"\x0a\x07\x12\x05hello", 9}, "application/x-protobuf"),
                  status(200, "\xFF\xFFgarbage", "application/x-protobuf"), status(204)}};
  lines said;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{{.endpoint = server.url(), .batch_count = 3}});
  for (int i = 0; i < 12; ++i) sonde::span<"work"> span;
  EXPECT_TRUE(session.shutdown(5s));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(server.requests().size(), 4u);
  EXPECT_EQ(stats.spans.exported, 10u);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::rejected], 2u);
  EXPECT_SAID(said, "rejected 2 spans: \"too old\"");
}

TEST(otlp, a_bounded_queue_drops_and_counts) {
  backend server{{status(503, "", "", "99")}};
  const variable queue{"OTEL_BSP_MAX_QUEUE_SIZE", "10"};
  lines said;
  const auto stats = run({.endpoint = server.url(), .timeout = 0ms}, said, 100, 300ms);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::queue_full], 90u);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::session_ended], 10u);
}

}  // namespace
