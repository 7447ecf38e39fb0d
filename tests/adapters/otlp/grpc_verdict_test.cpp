// SPDX-License-Identifier: MIT
// Source of the expected values: OTLP specification 1.11, "OTLP/gRPC Response" and "Failures"; gRPC, "Status codes" and
// "HTTP to gRPC Status Code Mapping". The bytes of grpc-status-details-bin come from protobuf's own Python package, see
// tests/otlp/grpc_status_test.cpp.

#include <sonde/adapters/otlp/grpc_verdict.hpp>

#include <chrono>
#include <optional>
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
using sonde::tests::secret_key;
using sonde::transport::response;
using std::string_view_literals::operator""sv;

constexpr char wait_3250_ms[] = "CA4SBGJ1c3kaNQoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIJCgcIAxCA5Zp3";
constexpr char wait_of_nothing[] = "GioKKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5SZXRyeUluZm8=";

otlp::settings grpc_settings(otlp::signal which = otlp::signal::traces) {
  otlp::settings made = sonde::tests::keyed_settings(which);
  made.protocol = otlp::protocol::grpc;
  made.endpoint.path = "/";
  return made;
}
verdict judge(const response& reply, const otlp::settings& by = grpc_settings()) { return otlp::grpc_verdict{by}.judge(reply); }

response ended(std::string status, std::string message = {}, std::string details = {}) {
  response made = answer(200, {}, "application/grpc");
  made.headers = {{"grpc-status", std::move(status)}};
  if (!message.empty()) made.headers.emplace_back("grpc-message", std::move(message));
  if (!details.empty()) made.headers.emplace_back("grpc-status-details-bin", std::move(details));
  return made;
}

#define EXPECT_IN(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_NOT_IN(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

constexpr const char* names[] = {"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
                                 "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
                                 "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};

TEST(grpc_verdict, knows_every_status) {
  for (int status = 0; status <= 16; ++status) {
    const bool again = status == 1 || status == 4 || status == 10 || status == 11 || status == 14 || status == 15;
    const verdict got = judge(ended(std::to_string(status)));
    EXPECT_EQ(got.result, status == 0 ? outcome::accepted : again ? outcome::retry : outcome::refused) << status;
    EXPECT_FALSE(got.retry_after) << status;
    const std::string head = status == 0 ? "" : "gRPC " + std::string{names[status]} + " from http://h:1/ (from E)";
    EXPECT_TRUE(got.sentence.starts_with(head)) << got.sentence;

    const verdict asked_to_wait = judge(ended(std::to_string(status), "busy", wait_3250_ms));
    EXPECT_EQ(asked_to_wait.result, status == 0                ? outcome::accepted
                                    : again || status == 8 ? outcome::retry
                                                           : outcome::refused) << status;
    EXPECT_EQ(asked_to_wait.retry_after, again || status == 8 ? std::optional{3250ms} : std::nullopt) << status;
  }
  for (const char* strange : {"17", "-1", "x", "99999999999"}) {
    EXPECT_EQ(judge(ended(strange)).result, outcome::refused) << strange;
    EXPECT_IN(judge(ended(strange)).sentence, "gRPC UNKNOWN from ");
  }
}

TEST(grpc_verdict, leaves_the_wait_to_us_where_the_server_names_none) {
  for (const char* status : {"8", "14"}) {
    const verdict got = judge(ended(status, "busy", wait_of_nothing));
    EXPECT_EQ(got.result, outcome::retry);
    EXPECT_FALSE(got.retry_after);
  }
  EXPECT_EQ(judge(ended("8", "busy", "!!! no base64")).result, outcome::refused);
  EXPECT_FALSE(judge(ended("14", "busy", "!!! no base64")).retry_after);
}

TEST(grpc_verdict, splits_what_was_too_large_but_not_where_a_quota_is_used_up) {
  for (const char* message : {"grpc: received message larger than max (5000000 vs. 4194304)",      // grpc-go
                              "grpc: received message after decompression larger than max 4194304",  // the same
                              "Received message larger than max (5000000 vs 4194304)",              // C++, Node
                              "gRPC message exceeds maximum size 4194304: 5000000",                   // Java
                              "request entity too large"}) {
    const verdict got = judge(ended("8", message));
    EXPECT_EQ(got.result, outcome::too_much) << message;
    EXPECT_IN(got.sentence, "gRPC RESOURCE_EXHAUSTED from http://h:1/ (from E): \"");
  }
  const char* const tonic = "Error, decoded message length too large: found 8433026 bytes, the limit is: 4194304 bytes";
  EXPECT_EQ(judge(ended("11", tonic)).result, outcome::too_much);
  EXPECT_EQ(judge(ended("11", "no such offset")).result, outcome::retry);
  EXPECT_EQ(judge(ended("8", "quota exceeded")).result, outcome::refused);
  EXPECT_EQ(judge(ended("8")).result, outcome::refused);
  EXPECT_EQ(judge(ended("3", "Received message larger than max (5000000 vs 4194304)")).result, outcome::refused);
  EXPECT_EQ(judge(ended("8", "Received message larger than max (2 vs 1)", wait_3250_ms)).result, outcome::retry);
}

TEST(grpc_verdict, takes_a_proxys_answer_for_what_it_means) {
  for (const auto& [status, expected] : {std::pair{502, outcome::retry}, {503, outcome::retry}, {504, outcome::retry},
      {429, outcome::retry},
                                         {400, outcome::refused}, {401, outcome::refused}, {403, outcome::refused},
                                         {404, outcome::refused}, {413, outcome::refused}, {500, outcome::refused},
                                         {302, outcome::refused}, {204, outcome::refused}}) {
    const verdict got = judge(answer(status, "<html><h1>Bad gateway</h1></html>", "text/html"));
    EXPECT_EQ(got.result, expected) << status;
    EXPECT_TRUE(got.sentence.starts_with("HTTP " + std::to_string(status) + " from http://h:1/ (from E)")) << got.sentence;
  }
  for (const int status : {401, 403})
    EXPECT_IN(judge(answer(status)).sentence, "; sent x-team: abcd… (from H); check the key");
}

TEST(grpc_verdict, does_not_take_an_answer_without_a_status_for_success) {
  const verdict got = judge(answer(200, std::string{"\0\0\0\0\0", 5}, "application/grpc"));
  EXPECT_EQ(got.result, outcome::refused);
  EXPECT_EQ(got.sentence, "an answer without grpc-status from http://h:1/ (from E)");
}

TEST(grpc_verdict, believes_the_status_whatever_http_says) {
  response reply = ended("0");
  reply.status = 503;
  EXPECT_EQ(judge(reply).result, outcome::accepted);
  reply = ended("16");
  reply.status = 200;
  EXPECT_EQ(judge(reply).result, outcome::refused);
}

TEST(grpc_verdict, decodes_the_message_and_shows_a_damaged_one_as_it_came) {
  const auto said = [](const char* message) { return judge(ended("3", message)).sentence; };
  const std::string head = "gRPC INVALID_ARGUMENT from http://h:1/ (from E): ";
  EXPECT_EQ(said("caf%C3%A9 50%25"), head + "\"café 50%\"");
  EXPECT_EQ(said("50% off"), head + "\"50% off\"");
  EXPECT_EQ(said("100%"), head + "\"100%\"");
  EXPECT_EQ(said("%4"), head + "\"%4\"");
  EXPECT_EQ(said("%zz"), head + "\"%zz\"");
  EXPECT_EQ(said("a%0d%0ab%1b[31m"), head + "\"a b[31m\"");
  EXPECT_EQ(said("%ff"), head + "\"\xEF\xBF\xBD\"");
}

TEST(grpc_verdict, counts_what_was_rejected_and_quotes_why) {
  const auto with_body = [](std::string_view body) {
    response reply = ended("0");
    reply.body = body;
    return judge(reply);
  };
  const verdict two = with_body("\0\0\0\0\x0d\x0a\x0b\x08\x02\x12\x07too old"sv);
  EXPECT_EQ(two.result, outcome::accepted);
  EXPECT_EQ(two.rejected, 2u);
  EXPECT_EQ(two.sentence, "http://h:1/ (from E) rejected 2 spans: \"too old\"");
  const verdict warned = with_body("\0\0\0\0\x09\x0a\x07\x12\x05hello"sv);
  EXPECT_EQ(warned.rejected, 0u);
  EXPECT_EQ(warned.sentence, "http://h:1/ (from E) took all, and warns: \"hello\"");
  for (const std::string_view body : {""sv, "\0\0\0\0\0"sv, "\0\0\0\0\x0d\x0a"sv, "\1\0\0\0\x04\x0a\x02\x08\x02"sv,
      "garbage!!"sv}) {
    EXPECT_EQ(with_body(body).result, outcome::accepted);
    EXPECT_EQ(with_body(body).rejected, 0u);
    EXPECT_EQ(with_body(body).sentence, "");
  }
}

TEST(grpc_verdict, explains_a_refused_key) {
  for (const char* status : {"16", "7"}) {
    const std::string said = judge(ended(status, "unknown key abcdefghijklmnopqrstuvwxyz")).sentence;
    EXPECT_IN(said, " from http://h:1/ (from E): \"unknown key abcd…\"; sent x-team: abcd… (from H); check the key");
  }
}

TEST(grpc_verdict, shows_our_key_in_no_reply) {
  for (int status = 0; status <= 16; ++status) {
    response reply = ended(std::to_string(status), secret_key);
    reply.body = std::string{"\0\0\0\0\x1e\x0a\x1c\x12\x1a", 9} + secret_key;
    EXPECT_NOT_IN(judge(reply).sentence, "abcde");
    EXPECT_IN(judge(reply).sentence, "abcd…");
  }
}

TEST(grpc_verdict, gives_advice_to_who_found_no_such_method) {
  EXPECT_IN(judge(ended("12")).sentence, "; is this the port for OTLP over gRPC (4317)?");
  EXPECT_IN(judge(ended("12"), grpc_settings(otlp::signal::logs)).sentence,
      "; a backend without logs wants OTEL_LOGS_EXPORTER=none");
  EXPECT_IN(judge(answer(404)).sentence, "; is this the port for OTLP over gRPC (4317)?");
  EXPECT_NOT_IN(judge(ended("13")).sentence, ";");
}

TEST(grpc_verdict, tries_again_where_nobody_answered) {
  const verdict none = judge(failure(sonde::transport::outcome::no_answer, "h:1 closed the connection without an answer"));
  EXPECT_EQ(none.result, outcome::retry);
  EXPECT_EQ(none.sentence, "h:1 closed the connection without an answer, endpoint http://h:1/ (from E)");
  EXPECT_EQ(judge(failure(sonde::transport::outcome::aborted, "x")).result, outcome::retry);
  EXPECT_EQ(judge(failure(sonde::transport::outcome::refused, "x")).result, outcome::refused);
  EXPECT_EQ(judge(failure(sonde::transport::outcome::too_large, "x")).result, outcome::refused);
}

}  // namespace
