// SPDX-License-Identifier: MIT
// OTLP signed for AWS, against a stand-in on loopback that checks each signature as AWS does.
// Source: CloudWatch User Guide, "OTLP Endpoints"; AWS, "Create a signed AWS API request".

#include <sonde/adapters/otlp.hpp>

#include <chrono>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "adapters/otlp/backend.hpp"
#include "adapters/otlp/run.hpp"
#include "adapters/otlp/settled.hpp"
#include "transport/aws_signature.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sonde::tests;
using sonde::drop_reason;
using sonde::otlp::config;
using sonde::otlp::protocol;
using sonde::otlp::signal;

constexpr char secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

config signed_config(const backend& server) {
  config made{.endpoint = server.url(), .headers = {{{"x-aws-log-group", "g"}, {"x-aws-log-stream", "s"}}}};
  made.aws_region = "eu-central-1";
  return made;
}
config signed_config(const backend& server, sonde::aws::credentials keys) {
  config made = signed_config(server);
  made.aws.keys = std::move(keys);
  return made;
}

/// No credentials but those a test names.
struct nowhere_else {
  variable shared{"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"};
  variable config{"AWS_CONFIG_FILE", "/nonexistent/config"};
  variable instance{"AWS_EC2_METADATA_DISABLED", "true"};
};

void expect_signed(const arrival& each, const std::string& key_id, const std::string& key, const std::string& token) {
  const std::string service = each.http.path == "/v1/traces" ? "xray" : "logs";
  EXPECT_EQ(each.http.said("AWS4-HMAC-SHA256 Credential"),
            key_id + "/" + each.http.header("x-amz-date").substr(0, 8) + "/eu-central-1/" + service + "/aws4_request");
  EXPECT_EQ(each.http.said("Signature"), signature_of(each.http, key));
  EXPECT_EQ(each.http.header("x-amz-security-token"), token);
  for (const char* header : {"host", "x-amz-date", "content-type", "x-aws-log-group"})
    EXPECT_NE((";" + each.http.said("SignedHeaders") + ";").find(";" + std::string{header} + ";"), std::string::npos) << header;
  EXPECT_EQ(each.http.header_lines.find(key), std::string::npos) << "the secret key signs, it is not sent";
}

TEST(otlp_to_aws, is_signed_for_the_service_of_each_signal) {
  for (const bool gzip : {false, true}) {
    backend server{{http(200)}};
    lines said;
    config config = signed_config(server, {"AKIDEXAMPLE0123456789", secret, "the/token=="});
    if (gzip) config.compression = sonde::otlp::compression::gzip;
    const auto stats = run(std::move(config), said, {.spans = 3, .logs = 2});
    EXPECT_EQ(stats.spans.exported, 3u);
    EXPECT_EQ(stats.logs.exported, 2u);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2u);
    std::set<std::string> paths;
    for (const arrival& each : requests) {
      paths.insert(each.http.path);
      expect_signed(each, "AKIDEXAMPLE0123456789", secret, "the/token==");
      EXPECT_EQ(each.compressed, gzip);
    }
    EXPECT_EQ(paths.size(), 2u);
    EXPECT_SAID(said, "signed with keys AKID… from code");
    EXPECT_NOT_SAID(said, "AKIDE");
    EXPECT_NOT_SAID(said, std::string{secret}.substr(0, 5));
    EXPECT_NOT_SAID(said, "the/t");
  }
}

TEST(otlp_to_aws, is_signed_anew_for_each_attempt) {
  backend server{{http(503, {}, "Retry-After: 1\r\n"), http(200)}};
  lines said;
  EXPECT_EQ(run(signed_config(server, {"AKIDEXAMPLE0123456789", secret, {}}), said).spans.exported, 1u);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].http.body, requests[1].http.body);
  EXPECT_LT(requests[0].http.header("x-amz-date"), requests[1].http.header("x-amz-date"));
  EXPECT_NE(requests[0].http.said("Signature"), requests[1].http.said("Signature"));
  for (const arrival& each : requests) expect_signed(each, "AKIDEXAMPLE0123456789", secret, "");
}

TEST(otlp_to_aws, has_keys_from_the_environment) {
  const nowhere_else empty;
  const variable id{"AWS_ACCESS_KEY_ID", "AKIDENV0123456789012"};
  const variable key{"AWS_SECRET_ACCESS_KEY", secret};
  const variable token{"AWS_SESSION_TOKEN", "a-token"};
  backend server{{http(200)}};
  lines said;
  EXPECT_EQ(run(signed_config(server), said).spans.exported, 1u);
  expect_signed(server.requests().at(0), "AKIDENV0123456789012", secret, "a-token");
  EXPECT_SAID(said, "signed with keys AKID… from AWS_ACCESS_KEY_ID");
}

std::string container_reply(const std::string& id, const std::string& expiration = "2100-01-01T00:00:00Z") {
  return R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":")" + secret + R"(","Token":"t","Expiration":")" +
      expiration + R"("})";
}

TEST(otlp_to_aws, waits_for_the_container_s_credentials) {
  const nowhere_else empty;
  backend container{{http(200, container_reply("AKIDCONTAINER01234567"))}};
  backend server{{http(200)}};
  const variable uri{"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url() + "/creds"};
  const variable token{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in"};
  lines said;
  const auto stats = run(signed_config(server), said, {.spans = 2, .logs = 1});
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.logs.exported, 1u);
  ASSERT_EQ(container.requests().size(), 1u) << "one for both signals";
  EXPECT_EQ(container.requests()[0].http.method, "GET");
  EXPECT_EQ(container.requests()[0].http.path, "/creds");
  EXPECT_EQ(container.requests()[0].http.header("authorization"), "let-me-in");
  for (const arrival& each : server.requests()) expect_signed(each, "AKIDCONTAINER01234567", secret, "t");
  EXPECT_SAID(said, "signed with keys from the container's credential service");
  EXPECT_NOT_SAID(said, "let-m");
}

TEST(otlp_to_aws, sends_what_has_waited_once_there_are_credentials) {
  const nowhere_else empty;
  backend container{{http(500), http(200, container_reply("AKIDCONTAINER01234567"))}};
  backend server{{http(200)}};
  const variable uri{"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url()};
  lines said;
  EXPECT_EQ(run(signed_config(server), said, {.spans = 2}).spans.exported, 2u);
  EXPECT_EQ(container.requests().size(), 2u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said, "no AWS credentials: the container's credential service (" + container.url() +
      "/) answers with HTTP status 500; waiting: 2 spans\n");
  EXPECT_SAID(said, "accepted");
}

TEST(otlp_to_aws, without_credentials_in_time_counts_what_waited) {
  const nowhere_else empty;
  backend container{{silence()}};
  backend server{{http(200)}};
  const variable uri{"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url()};
  lines said;
  const auto stats = run(signed_config(server), said, {.spans = 2, .logs = 1, .patience = 300ms});
  EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 2u);
  EXPECT_EQ(stats.logs.dropped[drop_reason::session_ended], 1u);
  EXPECT_TRUE(server.requests().empty());
}

TEST(otlp_to_aws, without_any_source_of_credentials_does_not_export) {
  const nowhere_else empty;
  backend server{{http(200)}};
  lines said;
  const auto stats = run(signed_config(server), said, {.spans = 2, .logs = 1});
  EXPECT_EQ(stats.spans.dropped[drop_reason::not_configured], 2u);
  EXPECT_EQ(stats.logs.dropped[drop_reason::not_configured], 1u);
  EXPECT_EQ(said.count("no AWS credentials"), 1) << said.all();
  EXPECT_SAID(said, "not exporting");
  EXPECT_SAID(said, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

TEST(otlp_to_aws, with_expired_keys_waits_and_says_so_once) {
  backend server{{http(200)}};
  lines said;
  const auto yesterday = std::chrono::system_clock::now() - 24h;
  sonde::pipeline::collector::grace = slack;
  auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()},
                              sonde::otlp::exporter{signed_config(server, {"AKIDEXAMPLE0123456789", secret, "t", yesterday})});
  for (int i = 0; i < 3; ++i) sonde::span<"work"> one;
  for (int i = 0; i < 300 && said.count("have expired") == 0; ++i) static_cast<void>(session.force_flush(100ms));
  static_cast<void>(session.shutdown(300ms));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.spans.dropped[drop_reason::session_ended], 3u);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(said.count("have expired"), 1) << said.all();
  EXPECT_SAID(said, "the AWS credentials from code have expired, and nothing renews these; waiting: 3 spans\n");
}

TEST(otlp_to_aws, that_is_refused_names_the_likely_reasons) {
  backend server{{http(403, R"({"message":"The security token included in the request is expired"})",
      "Content-Type: application/json\r\n")}};
  lines said;
  EXPECT_EQ(run(signed_config(server, {"AKIDEXAMPLE0123456789", secret, {}}), said).spans.dropped[drop_reason::rejected], 1u);
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_SAID(said,
      ": \"The security token included in the request is expired\"; check that the AWS credentials may write here, "
              "and that the clock is right");
}

TEST(otlp_to_aws, is_never_grpc) {
  config config{.protocol = protocol::grpc};
  config.aws_region = "eu-central-1";
  EXPECT_EQ(settle(config).refusal, "AWS takes no gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf");
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                              {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://xray.us-east-1.amazonaws.com/v1/traces"}}).refusal,
            "AWS takes no gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf");
}

TEST(otlp_to_aws, is_known_by_the_endpoint_s_name) {
  const variables given{{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://xray.us-east-1.amazonaws.com/v1/traces"},
                        {"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "https://logs.eu-west-1.amazonaws.com/v1/logs"},
                        {"OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-aws-log-group=g,x-aws-log-stream=s"}};
  const settled traces = from_environment(given);
  ASSERT_TRUE(traces.value.aws);
  EXPECT_EQ(traces.value.aws->service + " " + traces.value.aws->region, "xray us-east-1");
  const settled logs = from_environment(given, signal::logs);
  ASSERT_TRUE(logs.value.aws);
  EXPECT_EQ(logs.value.aws->service + " " + logs.value.aws->region, "logs eu-west-1");
  EXPECT_EQ(traces.findings + logs.findings, "");
  config elsewhere;
  elsewhere.aws_region = "us-west-2";
  EXPECT_EQ(settle(elsewhere, given).value.aws->region, "us-west-2") << "code wins";
  EXPECT_FALSE(from_environment({}).value.aws);
}

TEST(otlp_to_aws, at_the_wrong_place_is_told_the_right_one) {
  const variables general{{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://xray.us-east-1.amazonaws.com"}};
  EXPECT_EQ(from_environment(general).findings, "");
  EXPECT_TRUE(from_environment(general).value.wanted);
  const settled logs = from_environment(general, signal::logs);
  EXPECT_FALSE(logs.value.wanted);
  EXPECT_NE(logs.findings.find("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=https://logs.us-east-1.amazonaws.com/v1/logs"),
      std::string::npos);
  EXPECT_TRUE(logs.findings.ends_with("; logs are not sent\n")) << logs.findings;
  const settled plain = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://xray.us-east-1.amazonaws.com"}});
  EXPECT_FALSE(plain.value.wanted);
  EXPECT_NE(plain.findings.find("must begin with https"), std::string::npos) << plain.findings;
}

TEST(otlp_to_aws, logs_want_to_know_their_group) {
  const std::string url = "https://logs.us-east-1.amazonaws.com/v1/logs";
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", url}}, signal::logs).findings,
            url + " needs to know the log group and stream: set "
            "OTEL_EXPORTER_OTLP_LOGS_HEADERS=x-aws-log-group=GROUP,x-aws-log-stream=STREAM\n");
}

TEST(otlp_to_aws, keeps_to_the_limits_of_its_endpoints) {
  config config{.batch_count = 100'000, .batch_bytes = 64'000'000};
  config.aws_region = "eu-central-1";
  const std::size_t roomy = std::size_t{1} << 30;
  EXPECT_EQ(settle(config, {}, signal::traces, roomy).value.limits.count, 10'000u);
  EXPECT_EQ(settle(config, {}, signal::traces, roomy).value.limits.bytes, 5'000'000u);
  EXPECT_EQ(settle(config, {}, signal::logs, roomy).value.limits.count, 10'000u);
  EXPECT_EQ(settle(config, {}, signal::logs, roomy).value.limits.bytes, 1'000'000u);
  config.batch_count = 7;
  config.batch_bytes = 700;
  EXPECT_EQ(settle(config, {}, signal::logs, roomy).value.limits.count, 7u);
  EXPECT_EQ(settle(config, {}, signal::logs, roomy).value.limits.bytes, 700u);
  config.aws_region.reset();
  config.batch_count = 100'000;
  EXPECT_EQ(settle(config, {}, signal::traces, roomy).value.limits.count, 100'000u);
}

}  // namespace
