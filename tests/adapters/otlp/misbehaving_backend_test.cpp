// SPDX-License-Identifier: MIT
// A backend that misbehaves on purpose, over real sockets: every record is exported or counted as lost, once; nothing is sent
// twice where the protocol forbids it; shutdown keeps its deadline (tests::run sees to that).
// Source of what may be sent again: OTLP specification 1.11, "Failures", "Retryable Response Codes".

#include <sonde/adapters/otlp.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
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
using sonde::otlp::compression;
using sonde::otlp::config;
using sonde::otlp::protocol;
using std::string_view_literals::operator""sv;

constexpr protocol over_http = protocol::http_protobuf;
constexpr auto no_patience = 750ms;  // for all attempts: less than the first wait of our own, so that there is one

config to(const backend& server, protocol how = over_http) { return {.endpoint = server.url(), .protocol = how}; }
config to_impatient(const backend& server, protocol how = over_http) {
  config made = to(server, how);
  made.timeout = no_patience;
  return made;
}

struct impatient_run {
  explicit impatient_run(std::vector<answer_function> answers) : server{std::move(answers)} {}
  backend server;
  lines said{};
  sonde::exporter_stats stats{};
};
bool ran_out_of_time(impatient_run& one) { return one.said.count(" within ") > 0; }
bool was_not_heard(impatient_run& one) { return one.said.count("no connection to") > 0 || one.server.requests().empty(); }

/// Anew, up to five times, where the machine held somebody up for too long.
std::unique_ptr<impatient_run> run_impatiently(const std::vector<answer_function>& answers, protocol how = over_http,
                                               bool (*held_up)(impatient_run&) = ran_out_of_time) {
  for (int left = 4;; --left) {
    auto one = std::make_unique<impatient_run>(answers);
    one->stats = run(to_impatient(one->server, how), one->said);
    if (left == 0 || !held_up(*one)) return one;
  }
}

TEST(misbehaving_backend, that_refuses_for_good_is_asked_once) {
  for (const int status : {301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 413, 415, 500, 501, 505}) {
    backend server{{http(status, "no", "Location: http://127.0.0.1:1/\r\n"), http(200)}};
    lines said;
    const auto stats = run(to(server), said);
    EXPECT_EQ(stats.spans.dropped[status == 413 ? drop_reason::too_large : drop_reason::rejected], 1u) << status;
    EXPECT_EQ(server.requests().size(), 1u) << status;
    EXPECT_SAID(said, "HTTP " + std::to_string(status) + " from " + server.url());
  }
}

TEST(misbehaving_backend, that_is_busy_is_asked_again_with_the_same) {
  for (const int status : {429, 502, 503, 504}) {
    backend server{{http_busy(status), http_busy(status), http(200)}};
    lines said;
    EXPECT_EQ(run(to(server), said, {.spans = 2}).spans.exported, 2u) << status;
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3u) << status;
    EXPECT_EQ(requests[0].http.body, requests[2].http.body);
    EXPECT_SAID(said, "HTTP " + std::to_string(status));
    EXPECT_EQ(said.count("will retry"), 1) << said.all();
    EXPECT_SAID(said, "otlp traces: first batch accepted: 2 spans");
  }
}

TEST(misbehaving_backend, over_grpc_that_refuses_for_good_is_asked_once) {
  for (const int status : {2, 3, 5, 6, 7, 8, 9, 12, 13, 16}) {
    backend server{{grpc(status, "no"), grpc(0)}};
    lines said;
    EXPECT_EQ(run(to(server, protocol::grpc), said).spans.dropped[drop_reason::rejected], 1u) << status;
    EXPECT_EQ(server.requests().size(), 1u) << status;
    EXPECT_SAID(said, " from " + server.url() + "/ (set in code): \"no\"");
  }
}

TEST(misbehaving_backend, over_grpc_that_is_busy_is_asked_again_with_the_same) {
  for (const int status : {1, 4, 8, 10, 11, 14, 15}) {
    backend server{{grpc_busy(status), grpc(0)}};
    lines said;
    EXPECT_EQ(run(to(server, protocol::grpc), said).spans.exported, 1u) << status;
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2u) << status << said.all();
    EXPECT_EQ(requests[0].http.body, requests[1].http.body);
    EXPECT_SAID(said, "will retry\notlp traces: first batch accepted: 1 span");
  }
}

TEST(misbehaving_backend, that_names_no_wait_gets_one_of_ours) {
  for (const char* damaged : {"", "Retry-After: -1\r\n", "Retry-After: soon\r\n"}) {
    const auto got = run_impatiently({http(503, {}, damaged), http(200)});
    EXPECT_EQ(got->stats.spans.dropped[drop_reason::retries_exhausted], 1u) << damaged;
    EXPECT_EQ(got->server.requests().size(), 1u);
    EXPECT_SAID(got->said, "; gave up after 1 attempt: 1 span lost");
  }
  const auto got = run_impatiently({grpc(14, "busy"), grpc(0)}, protocol::grpc);
  EXPECT_EQ(got->stats.spans.dropped[drop_reason::retries_exhausted], 1u);
}

TEST(misbehaving_backend, that_names_a_time_in_the_past_is_asked_at_once) {
  const auto got = run_impatiently({http(503, {}, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"), http(200)});
  EXPECT_EQ(got->stats.spans.exported, 1u);
  EXPECT_EQ(got->server.requests().size(), 2u);
}

TEST(misbehaving_backend, that_names_a_wait_beyond_the_time_allowed_is_not_asked_again) {
  backend http_server{{http(429, {}, "Retry-After: 99999\r\n"), http(200)}};
  backend grpc_server{{grpc(8, "busy", retry_tomorrow), grpc(0)}};
  lines said;
  EXPECT_EQ(run(to(http_server), said).spans.dropped[drop_reason::retries_exhausted], 1u);
  EXPECT_EQ(run(to(grpc_server, protocol::grpc), said).spans.dropped[drop_reason::retries_exhausted], 1u);
  EXPECT_EQ(http_server.requests().size() + grpc_server.requests().size(), 2u);
}

TEST(misbehaving_backend, whose_wish_is_obeyed) {
  backend server{{http(503, {}, "Retry-After: 1\r\n"), http(200)}};
  lines said;
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(run(to(server), said).spans.exported, 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 950ms);
}

TEST(misbehaving_backend, that_cuts_its_answer_short_has_not_answered) {
  for (const std::string_view cut : {""sv, "HTTP/1.1 200"sv, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"sv,
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"sv,
                                         "220 smtp.example ESMTP\r\n"sv,
                                     "\x15\x03\x01\x00\x02\x02\x46"sv})
    for (const bool reset : {false, true}) {
      const auto got = run_impatiently({cut_off(std::string{cut}, reset), http(200)});
      EXPECT_EQ(got->stats.spans.dropped[drop_reason::retries_exhausted], 1u) << cut;
      EXPECT_EQ(got->server.requests().size(), 1u) << cut;
      EXPECT_SAID(got->said, got->server.authority());
      EXPECT_SAID(got->said, "gave up after 1 attempt");
    }
}

TEST(misbehaving_backend, that_cuts_its_answer_short_is_asked_again_after_a_wait) {
  backend server{{cut_off("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true), http(200)}};
  lines said;
  EXPECT_EQ(run(to(server), said, {.spans = 3}).spans.exported, 3u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].http.body, requests[1].http.body);
}

TEST(misbehaving_backend, over_grpc_that_breaks_off_has_not_answered) {
  const std::vector<answer_function> ways{
      [](const caller& to) { return to.http2->reset(to.stream, http2_frame::internal_error), true; },
      [](const caller& to) {
        to.http2->headers(to.stream, {{":status", "200"}, {"content-type", "application/grpc"}});
        to.http2->data(to.stream, std::string(2, '\0'));
        to.http2->reset(to.stream, http2_frame::cancel);
        return true;
      },
      [](const caller& to) { return to.http2->headers(to.stream, {{":status", "200"}}), false; },
      [](const caller& to) { return to.http2->goaway(to.stream, http2_frame::internal_error), false; },
      [](const caller& to) { return to.connection.reset_when_closed(), false; },
      [](const caller&) { return false; },
  };
  for (std::size_t way = 0; way < ways.size(); ++way) {
    const auto got = run_impatiently({ways[way], grpc(0)}, protocol::grpc);
    EXPECT_EQ(got->stats.spans.dropped[drop_reason::retries_exhausted], 1u) << way;
    EXPECT_EQ(got->server.requests().size(), 1u) << way;
    EXPECT_SAID(got->said, got->server.authority());
  }
}

TEST(misbehaving_backend, over_grpc_that_breaks_off_is_asked_again_after_a_wait) {
  backend server{{[](const caller& to) { return to.http2->goaway(to.stream, http2_frame::internal_error), false; }, grpc(0)}};
  lines said;
  EXPECT_EQ(run(to(server, protocol::grpc), said).spans.exported, 1u);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(misbehaving_backend, over_grpc_may_answer_in_one_block_of_headers) {
  backend server{{[](const caller& to) {
                    to.http2->headers(to.stream, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "14"},
                                                  {"grpc-message", "try%20later"}, {"grpc-status-details-bin", retry_in_1_ms}},
                                      http2_frame::end_stream);
                    return true;
                  },
                  grpc(0)}};
  lines said;
  EXPECT_EQ(run(to(server, protocol::grpc), said).spans.exported, 1u);
  EXPECT_SAID(said, "gRPC UNAVAILABLE from " + server.url() + "/ (set in code): \"try later\"; will retry");
}

TEST(misbehaving_backend, over_grpc_that_forgets_its_status_has_not_accepted) {
  backend server{{[](const caller& to) {
    to.http2->headers(to.stream, {{":status", "200"}, {"content-type", "application/grpc"}});
    to.http2->data(to.stream, std::string(5, '\0'), http2_frame::end_stream);
    return true;
  }}};
  lines said;
  EXPECT_EQ(run(to(server, protocol::grpc), said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_SAID(said, "an answer without grpc-status from " + server.url());
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(misbehaving_backend, over_grpc_behind_a_proxy_that_answers_in_html) {
  const auto proxy = [](const char* status) {
    return [=](const caller& to) {
      to.http2->headers(to.stream, {{":status", status}, {"content-type", "text/html"}});
      to.http2->data(to.stream, "<html><h1>Sorry</h1></html>", http2_frame::end_stream);
      return true;
    };
  };
  const auto busy = run_impatiently({proxy("502")}, protocol::grpc);
  EXPECT_EQ(busy->stats.spans.dropped[drop_reason::retries_exhausted], 1u);
  EXPECT_SAID(busy->said, "HTTP 502 from " + busy->server.url());
  backend strict{{proxy("403")}};
  lines said;
  EXPECT_EQ(run(to(strict, protocol::grpc), said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_SAID(said, "HTTP 403 from " + strict.url());
  EXPECT_EQ(strict.requests().size(), 1u);
}

TEST(misbehaving_backend, that_speaks_http_1_to_grpc_is_named) {
  for (int left = 4; left >= 0; --left) {
    const scripted_server server{[](connection peer) {
      static_cast<void>(peer.read_head());
      peer.write(http_reply(400));
    }};
    lines said;
    const config config{.endpoint = "http://" + server.authority(), .protocol = protocol::grpc, .timeout = no_patience};
    const auto stats = run(config, said);
    if (left > 0 && said.count(" within ") > 0) continue;  // the machine held somebody up
    EXPECT_EQ(stats.spans.dropped[drop_reason::retries_exhausted], 1u);
    EXPECT_SAID(said, server.authority());
    EXPECT_SAID(said, " HTTP/2, which gRPC needs");
    break;
  }
}

TEST(misbehaving_backend, that_never_answers_costs_its_timeout) {
  for (const protocol how : {over_http, protocol::grpc}) {
    const auto got = run_impatiently({silence()}, how, was_not_heard);
    EXPECT_EQ(got->stats.spans.dropped[drop_reason::retries_exhausted], 1u);
    EXPECT_SAID(got->said, "no answer from " + got->server.authority() + " within ");
    EXPECT_EQ(got->server.requests().size(), 1u);
  }
}

TEST(misbehaving_backend, that_never_answers_does_not_hold_shutdown_up) {
  for (const protocol how : {over_http, protocol::grpc}) {
    backend server{{silence()}};
    lines said;
    config config = to(server, how);
    config.timeout = 0ms;  // no limit
    const auto stats = run(std::move(config), said, {.spans = 3, .logs = 2, .patience = 200ms});
    EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 3u);
    EXPECT_EQ(stats.logs.dropped[drop_reason::session_ended], 2u);
    EXPECT_SAID(said, "otlp: 3 of 3 spans lost: session ended\n");
    EXPECT_SAID(said, "otlp: 2 of 2 log records lost: session ended\n");
  }
}

TEST(misbehaving_backend, that_does_not_even_accept_does_not_hold_shutdown_up) {
  listener full;  // connections are completed by the system, nobody reads
  lines said;
  const auto stats = run({.endpoint = full.url(), .timeout = 0ms}, said, {.spans = 2, .patience = 200ms});
  EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 2u);
}

TEST(misbehaving_backend, in_http_1_0_is_understood) {
  backend server{{cut_off("HTTP/1.0 503 Busy\r\nRetry-After: 0\r\n\r\nlater", false), cut_off("HTTP/1.0 200 OK\r\n\r\n", false)}};
  lines said;
  EXPECT_EQ(run(to(server), said).spans.exported, 1u);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(misbehaving_backend, that_redirects_is_not_followed) {
  backend elsewhere{{http(200)}};
  for (const int status : {301, 302, 303, 307, 308}) {
    backend server{{http(status, {}, "Location: " + elsewhere.url() + "/v1/traces\r\n")}};
    lines said;
    EXPECT_EQ(run(to(server), said).spans.dropped[drop_reason::rejected], 1u);
    EXPECT_SAID(said, "redirects are not followed");
  }
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(misbehaving_backend, that_answers_with_100_megabytes_is_refused) {
  const auto much = [](const caller& to) {
    const std::string megabyte(1 << 20, 'x');
    to.write("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 104857600\r\n\r\n");
    for (int i = 0; i < 100; ++i)
      if (!to.write(megabyte)) return false;
    return true;
  };
  backend server{{much, http(200)}};
  lines said;
  EXPECT_EQ(run(to(server), said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "reply larger than 4 MiB from " + server.authority());
}

TEST(misbehaving_backend, that_closes_a_kept_connection_is_met_on_a_new_one) {
  for (const bool reset : {false, true}) {
    const auto then_close = [=](const caller& to) {
      to.write(http_reply(200));
      if (reset) to.connection.reset_when_closed();
      return false;
    };
    backend server{{then_close, then_close, http(200)}};
    lines said;
    auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()}, sonde::otlp::exporter{to(server)});
    for (int i = 0; i < 4; ++i) {
      { sonde::span<"work"> one; }
      EXPECT_TRUE(session.force_flush()) << i;
    }
    EXPECT_TRUE(session.shutdown(5s));
    EXPECT_EQ(session.stats().exporters.at(0).spans.exported, 4u);
    EXPECT_NOT_SAID(said, "will retry");
    const auto records = server.records();
    EXPECT_EQ(std::set<std::string>(records.begin(), records.end()).size(), 4u);
    const auto requests = server.requests();
    EXPECT_EQ(requests.at(2).connection, requests.at(3).connection) << "a connection that stays open is kept";
  }
}

// Less at once.

/// Takes at most so many records at once, and none whose text says `poison`.
answer_function taking(std::size_t most, std::vector<std::string>& taken, std::mutex& mutex, bool over_grpc) {
  return [=, &taken, &mutex](const caller& to) {
    const std::vector<std::string> records = records_in(to.asked.message);
    const bool poison = to.asked.message.find("poison") != std::string::npos;
    if (records.size() > most || poison)
      return over_grpc ? grpc(8, "grpc: received message larger than max (9 vs. 8)")(to) : http(413)(to);
    const std::lock_guard lock{mutex};
    taken.insert(taken.end(), records.begin(), records.end());
    return over_grpc ? grpc(0)(to) : http(200)(to);
  };
}

TEST(misbehaving_backend, that_finds_a_request_too_large_gets_halves_down_to_single_spans) {
  for (const protocol how : {over_http, protocol::http_json, protocol::grpc})
    for (const std::size_t most : {std::size_t{1}, std::size_t{3}}) {
      std::vector<std::string> taken;
      std::mutex mutex;
      backend server{{taking(most, taken, mutex, how == protocol::grpc)}};
      lines said;
      config config = to(server, how);
      config.concurrent_requests = 1;
      EXPECT_EQ(run(std::move(config), said, {.spans = 8}).spans.exported, 8u);
      EXPECT_EQ(taken.size(), 8u);
      EXPECT_EQ(std::set<std::string>(taken.begin(), taken.end()).size(), 8u);
      EXPECT_EQ(server.requests().size(), most == 1 ? 15u : 7u);  // 8, 4 and 4, 2 and 2 …
      EXPECT_SAID(said, "; sending 8 spans in two requests");
      EXPECT_NOT_SAID(said, "lost");
    }
}

TEST(misbehaving_backend, that_finds_a_single_span_too_large_has_it_dropped_alone) {
  for (const protocol how : {over_http, protocol::grpc}) {
    std::vector<std::string> taken;
    std::mutex mutex;
    backend server{{taking(100, taken, mutex, how == protocol::grpc)}};
    lines said;
    config config = to(server, how);
    config.concurrent_requests = 1;
    auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
        sonde::otlp::exporter{std::move(config)});
    for (int i = 0; i < 8; ++i) {
      sonde::span<"work"> one;
      one.set_attribute<"text">(i == 5 ? "poison" : "fine");
    }
    EXPECT_TRUE(session.shutdown(5s));
    const auto stats = session.stats().exporters.at(0);
    EXPECT_EQ(stats.spans.exported, 7u);
    EXPECT_EQ(stats.spans.dropped[drop_reason::too_large], 1u);
    EXPECT_EQ(stats.spans.dropped.total(), 1u);
    EXPECT_EQ(std::set<std::string>(taken.begin(), taken.end()).size(), 7u);
    EXPECT_SAID(said, ": 1 span lost");
  }
}

TEST(misbehaving_backend, gets_no_request_over_the_limit_of_bytes) {
  for (const protocol how : {over_http, protocol::http_json, protocol::grpc})
    for (const compression packed : {compression::none, compression::gzip}) {
      backend server{{how == protocol::grpc ? grpc(0) : http(200)}};
      lines said;
      config config = to(server, how);
      config.compression = packed;
      config.batch_bytes = 3000;
      config.concurrent_requests = 1;
      auto session = sonde::start({.service_name = "test", .resource_detectors = sonde::resource::detector_list{},
                                   .diagnostics = said.handler()}, sonde::otlp::exporter{std::move(config)});
      std::uint32_t chance = 1;
      for (int i = 0; i < 300; ++i) {
        sonde::span<"work"> one;
        std::string noise;
        for (int at = 0; at < i % 97 * 5; ++at) noise += static_cast<char>('!' + (chance = chance * 1664525 +
            1013904223) / 16777216 % 90);
        one.set_attribute<"noise">(noise);
      }
      EXPECT_TRUE(session.shutdown(10s));
      EXPECT_EQ(session.stats().exporters.at(0).spans.exported, 300u);
      const auto records = server.records();
      EXPECT_EQ(records.size(), 300u);
      EXPECT_EQ(std::set<std::string>(records.begin(), records.end()).size(), 300u);
      std::size_t largest = 0;
      for (const arrival& each : server.requests()) {
        EXPECT_EQ(each.compressed, packed == compression::gzip);
        EXPECT_LE(each.http.body.size(), 3000u);
        EXPECT_LE(each.message.size(), 3000u) << "the limit is for what it is without compression, too";
        largest = std::max(largest, each.message.size());
      }
      EXPECT_GT(largest, 1500u) << "batches are not smaller than they must be";
      EXPECT_NOT_SAID(said, "lost");
    }
}

TEST(misbehaving_backend, never_gets_a_span_that_is_over_the_limit_alone) {
  backend server{{http(200)}};
  lines said;
  config config = to(server);
  config.batch_bytes = 3000;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()}, sonde::otlp::exporter{std::move(config)});
  for (const std::size_t size : {10u, 5000u, 10u}) {
    sonde::span<"work"> one;
    one.set_attribute<"text">(std::string(size, 'x'));
  }
  EXPECT_TRUE(session.shutdown(5s));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.spans.dropped[drop_reason::too_large], 1u);
  EXPECT_EQ(server.records().size(), 2u);
  EXPECT_SAID(said, "over the limit of 3000, was not sent");
}

TEST(misbehaving_backend, that_answers_some_and_not_others_gets_each_record_counted_once) {
  // Four requests at once over several connections; every third is refused for a moment.
  std::vector<answer_function> answers;
  for (int i = 0; i < 40; ++i) answers.push_back(i % 3 == 0 ? http_busy() : http(200));
  answers.push_back(http(200));
  backend server{answers};
  lines said;
  config config = to(server);
  config.batch_count = 7;
  const auto stats = run(std::move(config), said, {.spans = 200, .logs = 50, .patience = 10s});
  EXPECT_EQ(stats.spans.exported, 200u);
  EXPECT_EQ(stats.logs.exported, 50u);
  const auto records = server.records();
  EXPECT_EQ(std::set<std::string>(records.begin(), records.end()).size(), 250u);
}

}  // namespace
