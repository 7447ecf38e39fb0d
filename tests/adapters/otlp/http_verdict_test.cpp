// SPDX-License-Identifier: MIT
// Source of the expected values: OTLP specification 1.11, "OTLP/HTTP Response"; RFC 9110, section 10.2.3.

#include <sonde/adapters/otlp/http_verdict.hpp>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "adapters/otlp/replies.hpp"

namespace {

using namespace std::chrono_literals;
namespace otlp = sonde::otlp;
using outcome = sonde::pipeline::verdict::outcome;
using sonde::pipeline::verdict;
using sonde::tests::answer;
using sonde::tests::failure;
using sonde::tests::keyed_settings;
using sonde::tests::secret_key;
using sonde::transport::response;
using std::string_view_literals::operator""sv;

verdict judge(const response& reply, const otlp::settings& by = keyed_settings()) {
  return otlp::http_verdict{by}.judge(reply);
}

#define EXPECT_IN(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_NOT_IN(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

TEST(http_verdict, knows_every_status) {
  for (int status = 200; status < 600; ++status) {
    const verdict got = judge(answer(status));
    const bool again = status == 429 || status == 502 || status == 503 || status == 504;
    const outcome expected = status < 300    ? outcome::accepted
                             : again         ? outcome::retry
                             : status == 413 ? outcome::too_much
                                             : outcome::refused;
    EXPECT_EQ(got.result, expected) << status;
    EXPECT_EQ(got.rejected, 0u) << status;
    EXPECT_FALSE(got.retry_after) << status;
    if (expected == outcome::accepted)
      EXPECT_EQ(got.sentence, "") << status;
    else
      EXPECT_TRUE(got.sentence.starts_with("HTTP " + std::to_string(status) + " from http://h:1/v1/traces (from E)"))
          << got.sentence;
  }
}

TEST(http_verdict, tries_again_where_nobody_answered) {
  const verdict none = judge(failure(sonde::transport::outcome::no_answer, "connection refused by h:1"));
  EXPECT_EQ(none.result, outcome::retry);
  EXPECT_EQ(none.sentence, "connection refused by h:1, endpoint http://h:1/v1/traces (from E)");
  EXPECT_EQ(judge(failure(sonde::transport::outcome::aborted, "x")).result, outcome::retry);
  otlp::settings by = keyed_settings();
  by.endpoint_source = "default";
  EXPECT_EQ(judge(failure(sonde::transport::outcome::no_answer, "connection refused by h:1"), by).sentence,
            "connection refused by h:1, endpoint http://h:1/v1/traces (default); start a collector there, or set "
            "OTEL_EXPORTER_OTLP_ENDPOINT");
}

TEST(http_verdict, gives_up_what_cannot_be_sent_and_replies_that_are_too_large) {
  for (const auto how : {sonde::transport::outcome::refused, sonde::transport::outcome::too_large}) {
    response reply = failure(how, "reply larger than 4 MiB from h:1");
    reply.status = how == sonde::transport::outcome::refused ? 0 : 503;
    const verdict got = judge(reply);
    EXPECT_EQ(got.result, outcome::refused) << "final, whatever its status";
    EXPECT_EQ(got.sentence, "reply larger than 4 MiB from h:1, endpoint http://h:1/v1/traces (from E)");
  }
}

TEST(http_verdict, obeys_retry_after_where_it_can_be_read) {
  const auto wish = [](int status, std::string text) {
    response reply = answer(status);
    reply.retry_after = std::move(text);
    return judge(reply).retry_after;
  };
  for (const int status : {429, 502, 503, 504}) EXPECT_EQ(wish(status, "7"), 7s) << status;
  EXPECT_EQ(wish(503, "0"), 0s);
  EXPECT_EQ(wish(503, "99999"), 99999s);
  EXPECT_EQ(wish(503, "Wed, 21 Oct 2015 07:28:00 GMT"), 0s) << "in the past";
  for (const char* damaged : {"", "-1", "soon", "1.5", "7 s", "Wed, 99 Foo", "99999999999999999999"})
    EXPECT_EQ(wish(503, damaged), std::nullopt) << damaged;
  EXPECT_EQ(wish(400, "7"), std::nullopt);

  const std::time_t in_a_minute = std::time(nullptr) + 60;
  std::tm parts{};
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&in_a_minute, &parts));
  const auto minute = wish(503, date);
  ASSERT_TRUE(minute);
  EXPECT_LE(*minute, 60s);
  EXPECT_GE(*minute, 30s) << "the test was slow, or the date was read wrongly";
}

// Replies in protobuf: {partial_success{rejected 2, "too old"}}, and so on, as protoc writes them.
constexpr std::string_view rejected_two = "\x0a\x0b\x08\x02\x12\x07too old"sv;
constexpr std::string_view warning = "\x0a\x07\x12\x05hello"sv;
constexpr std::string_view rejected_minus_one = "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv;

TEST(http_verdict, counts_what_was_rejected_and_quotes_why) {
  const verdict got = judge(answer(200, std::string{rejected_two}, "application/x-protobuf"));
  EXPECT_EQ(got.result, outcome::accepted);
  EXPECT_EQ(got.rejected, 2u);
  EXPECT_EQ(got.sentence, "http://h:1/v1/traces (from E) rejected 2 spans: \"too old\"");
  for (const char* type : {"", "application/protobuf", "Application/X-Protobuf; charset=x"})
    EXPECT_EQ(judge(answer(200, std::string{rejected_two}, type)).rejected, 2u) << type;
  const verdict json = judge(answer(200, R"({"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}})",
      "application/json"),
                             keyed_settings(otlp::signal::logs));
  EXPECT_EQ(json.rejected, 1u);
  EXPECT_EQ(json.sentence, "http://h:1/v1/logs (from E) rejected 1 log record: \"no\"");
  EXPECT_EQ(judge(answer(202, std::string{"\x0a\x02\x08\x02", 4})).sentence, "http://h:1/v1/traces (from E) rejected 2 spans");
}

TEST(http_verdict, passes_a_warning_on_though_nothing_was_rejected) {
  for (const auto& [body, type] : {std::pair{std::string{warning}, "application/x-protobuf"},
                                   {std::string{R"({"partialSuccess":{"errorMessage":"hello","rejectedSpans":0}})"},
                                       "application/json"}}) {
    const verdict got = judge(answer(200, body, type));
    EXPECT_EQ(got.result, outcome::accepted);
    EXPECT_EQ(got.rejected, 0u);
    EXPECT_EQ(got.sentence, "http://h:1/v1/traces (from E) took all, and warns: \"hello\"");
  }
}

TEST(http_verdict, reads_nothing_out_of_garbage) {
  for (const std::string_view body : {""sv, "\xff\xff\xff"sv, "\x0a\xff\xff\xff\xff\x0f"sv, "\x0a\x0b\x08"sv, "{"sv, "<html>"sv,
                                      "\x00\x00"sv, rejected_minus_one, "{\"partialSuccess\":{\"rejectedSpans\":-1}}"sv})
    for (const char* type : {"", "application/x-protobuf", "application/json", "text/plain", "application/octet-stream"}) {
      const verdict got = judge(answer(200, std::string{body}, type));
      EXPECT_EQ(got.result, outcome::accepted) << type;
      EXPECT_EQ(got.rejected, 0u) << type;
      EXPECT_EQ(got.sentence, "") << type;
    }
  EXPECT_EQ(judge(answer(200, std::string{rejected_two}, "text/plain")).rejected, 0u) << "by its type it is no protobuf";
  EXPECT_EQ(judge(answer(200, std::string{rejected_two}, "application/json")).rejected, 0u);
}

TEST(http_verdict, wonders_at_a_web_page) {
  const verdict got = judge(answer(200, "<html>log in</html>", "text/html; charset=utf-8"));
  EXPECT_EQ(got.result, outcome::accepted);
  EXPECT_EQ(got.sentence, "HTTP 200 from http://h:1/v1/traces (from E) in text/html; charset=utf-8, which is no answer of an OTLP "
                          "backend; is the endpoint right?");
}

TEST(http_verdict, quotes_an_error_in_the_encoding_it_has) {
  const auto said = [](std::string body, const char* type) { return judge(answer(400, std::move(body), type)).sentence; };
  const std::string head = "HTTP 400 from http://h:1/v1/traces (from E)";
  EXPECT_EQ(said("\x08\x03\x12\x06" "bad id", "application/x-protobuf"), head + ": \"bad id\"");
  EXPECT_EQ(said(R"({"code":3,"message":"bad id"})", "application/json"), head + ": \"bad id\"");
  EXPECT_EQ(said(R"({"error":"bad id"})", "application/json"), head + R"(: "{"error":"bad id"}")");
  EXPECT_EQ(said("<html>\r\n<h1>  Bad\tgateway</h1>", "text/html"), head + ": \"<html> <h1> Bad gateway</h1>\"");
  EXPECT_EQ(said("", "text/plain"), head);
  EXPECT_EQ(said("\xff\xff\xff", "application/x-protobuf"), head);
  EXPECT_EQ(said("bad \x1b[31m\xff id", ""), head + ": \"bad [31m\xEF\xBF\xBD id\"");
  EXPECT_EQ(said(std::string(4 << 20, 'x'), "text/plain"), head + ": \"" + std::string(200, 'x') + "…\"");
}

TEST(http_verdict, explains_a_refused_key) {
  for (const int status : {401, 403}) {
    const std::string said = judge(answer(status, "{\"message\":\"unknown API key abcdefghijklmnopqrstuvwxyz\"}",
        "application/json")).sentence;
    EXPECT_EQ(said, "HTTP " + std::to_string(status) + " from http://h:1/v1/traces (from E): \"unknown API key abcd…\"; sent "
                    "x-team: abcd… (from H); check the key");
  }
  otlp::settings without = keyed_settings();
  without.headers.clear();
  EXPECT_EQ(judge(answer(401), without).sentence,
            "HTTP 401 from http://h:1/v1/traces (from E); no header was sent: set OTEL_EXPORTER_OTLP_HEADERS to the one that "
            "carries your key, like x-honeycomb-team=KEY");
  otlp::settings aws = keyed_settings();
  aws.aws = sonde::aws::endpoint{"xray", "us-east-1"};
  EXPECT_IN(judge(answer(403), aws).sentence, "; check that the AWS credentials may write here, and that the clock is right");
}

TEST(http_verdict, shows_our_key_in_no_reply) {
  const std::string key = secret_key;
  for (const int status : {200, 400, 401, 403, 404, 413, 415, 429, 500, 503})
    for (const auto& [body, type] : {std::pair{"no such key: " + key, "text/plain"},
                                     {R"({"message":")" + key + R"("})", "application/json"},
                                     {R"({"partialSuccess":{"errorMessage":")" + key + R"("}})", "application/json"},
                                     {std::string{"\x0a\x1c\x12\x1a"} + key, "application/x-protobuf"},
                                     {std::string{"\x12\x1a"} + key, "application/x-protobuf"}}) {
      const std::string said = judge(answer(status, body, type)).sentence;
      EXPECT_NOT_IN(said, key.substr(0, 5));
    }
}

TEST(http_verdict, gives_advice_by_status) {
  EXPECT_EQ(judge(answer(404)).sentence,
            "HTTP 404 from http://h:1/v1/traces (from E); check the path: /v1/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT, "
            "and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used as given");
  EXPECT_EQ(judge(answer(405), keyed_settings(otlp::signal::logs)).sentence,
            "HTTP 405 from http://h:1/v1/logs (from E); check the path: /v1/logs is appended to OTEL_EXPORTER_OTLP_ENDPOINT, and "
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is used as given; a backend without logs wants OTEL_LOGS_EXPORTER=none");
  EXPECT_IN(judge(answer(415)).sentence, "; it may take another OTEL_EXPORTER_OTLP_PROTOCOL than http/protobuf");
  otlp::settings json = keyed_settings();
  json.protocol = otlp::protocol::http_json;
  EXPECT_IN(judge(answer(415), json).sentence, "than http/json");
  for (const int status : {300, 301, 302, 307, 308, 399})
    EXPECT_IN(judge(answer(status)).sentence, "; redirects are not followed: set the final address");
  for (const int status : {400, 500}) EXPECT_NOT_IN(judge(answer(status)).sentence, ";");
}

TEST(http_verdict, tells_a_stranger_at_honeycomb_which_region_to_check) {
  otlp::settings by = keyed_settings();
  by.endpoint = sonde::transport::parse_url("https://api.honeycomb.io/v1/traces").url;
  by.headers = {{"x-honeycomb-team", secret_key}};
  EXPECT_IN(judge(answer(401), by).sentence,
            "; sent x-honeycomb-team: abcd… (from H); check the key, and that it belongs to this region (api.honeycomb.io or "
            "api.eu1.honeycomb.io)");
  by.headers.clear();
  EXPECT_IN(judge(answer(401), by).sentence, "; no header was sent: set OTEL_EXPORTER_OTLP_HEADERS to x-honeycomb-team=KEY");
}

}  // namespace
