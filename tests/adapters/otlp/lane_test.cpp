// SPDX-License-Identifier: MIT
// What one signal asks for in each protocol, without a network. Source: OTLP specification 1.11, "OTLP/HTTP Request",
// "OTLP/gRPC"; gRPC over HTTP2, "Requests".

#include <sonde/adapters/otlp/lane.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/otlp/exported.hpp"
#include "adapters/otlp/replies.hpp"
#include "otlp/hand_made_log.hpp"
#include "otlp/hand_made_span.hpp"

namespace {

using namespace std::chrono_literals;
namespace aws = sonde::aws;
namespace otlp = sonde::otlp;
using otlp::compression;
using otlp::protocol;
using otlp::signal;
using sonde::testing::hand_made_log;
using sonde::testing::hand_made_span;
using sonde::tests::answer;
using sonde::tests::gunzipped;
using sonde::tests::keyed_settings;
using sonde::tests::records_in;
using sonde::transport::request;

const std::string span_id = "\xee\xe1\x9b\x7e\xc3\xc1\xb1\x74";

/// The values of a header, whatever the case of its name.
std::vector<std::string> header(const request& of, std::string_view name) {
  std::vector<std::string> found;
  for (const auto& [known, value] : of.headers)
    if (sonde::environment::same_ignoring_case(known, name)) found.push_back(value);
  return found;
}
using only = std::vector<std::string>;

otlp::settings settings_of(protocol how, compression packed = compression::none, signal which = signal::traces) {
  otlp::settings made = keyed_settings(which);
  made.protocol = how;
  made.compression = packed;
  made.certificate = "ca.pem";
  made.client_certificate = "client.pem";
  made.client_key = "key.pem";
  if (how == protocol::grpc) made.endpoint.path = "/";
  return made;
}
request request_of_one_span(const otlp::settings& used) {
  otlp::lane<signal::traces> lane;
  lane.open(used, {}, {}, nullptr);
  lane.encode(hand_made_span{}.view());
  EXPECT_GT(lane.encoded_size(), 0u);
  const otlp::batch taken = lane.take_batch();
  EXPECT_EQ(lane.encoded_size(), 0u);
  return lane.request_for(taken);
}

TEST(lane, posts_protobuf_or_json) {
  for (const auto& [how, type] : {std::pair{protocol::http_protobuf, "application/x-protobuf"}, {protocol::http_json,
      "application/json"}}) {
    const request made = request_of_one_span(settings_of(how));
    EXPECT_EQ(made.method, "POST");
    EXPECT_EQ(made.url, "http://h:1/v1/traces");
    EXPECT_EQ(made.version, sonde::transport::http_version::any);
    EXPECT_EQ(header(made, "content-type"), only{type});
    EXPECT_EQ(header(made, "content-encoding"), only{});
    EXPECT_EQ(header(made, "x-team"), only{sonde::tests::secret_key});
    EXPECT_EQ(made.ca_file + " " + made.client_certificate_file + " " + made.client_key_file, "ca.pem client.pem key.pem");
    EXPECT_FALSE(made.signature);
    EXPECT_TRUE(made.kept_headers.empty());
    EXPECT_EQ(records_in(made.body), only{how == protocol::http_json ? "eee19b7ec3c1b174" : span_id});
  }
}

TEST(lane, names_its_kind_and_version_as_the_specification_has_it) {
  const std::string version = sonde::version;
  EXPECT_EQ(header(request_of_one_span(settings_of(protocol::http_protobuf)), "user-agent"),
            only{"sonde/" + version + " OTel-OTLP-Exporter-Cpp/" + version});
}

TEST(lane, leaves_the_name_to_a_user_who_gives_one) {
  otlp::settings used = settings_of(protocol::http_protobuf);
  used.headers.emplace_back("user-agent", "mine");
  EXPECT_EQ(header(request_of_one_span(used), "user-agent"), only{"mine"});
}

TEST(lane, compresses_where_asked_to) {
  for (const protocol how : {protocol::http_protobuf, protocol::http_json}) {
    const request made = request_of_one_span(settings_of(how, compression::gzip));
    EXPECT_EQ(header(made, "content-encoding"), only{"gzip"});
    EXPECT_EQ(gunzipped(made.body), request_of_one_span(settings_of(how)).body);
  }
}

TEST(lane, keeps_the_endpoints_query) {
  otlp::settings used = settings_of(protocol::http_protobuf);
  used.endpoint = sonde::transport::parse_url("https://u:p@h/x?y=1").url;
  EXPECT_EQ(request_of_one_span(used).url, "https://u:p@h/x?y=1");
}

TEST(lane, calls_the_method_of_its_signal_over_grpc) {
  const request made = request_of_one_span(settings_of(protocol::grpc));
  EXPECT_EQ(made.url, "http://h:1/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  EXPECT_EQ(made.method, "POST");
  EXPECT_EQ(made.version, sonde::transport::http_version::http2);
  EXPECT_EQ(header(made, "content-type"), only{"application/grpc+proto"});
  EXPECT_EQ(header(made, "te"), only{"trailers"});
  EXPECT_EQ(header(made, "grpc-encoding"), only{});
  EXPECT_EQ(header(made, "grpc-timeout"), only{"10000m"});
  EXPECT_EQ(header(made, "grpc-accept-encoding"), only{}) << "compressed replies are not read";
  EXPECT_EQ(made.kept_headers, (only{"grpc-status", "grpc-message", "grpc-status-details-bin"}));
  const std::string plain = request_of_one_span(settings_of(protocol::http_protobuf)).body;
  ASSERT_LT(plain.size(), 256u);
  EXPECT_EQ(made.body, std::string(4, '\0') + static_cast<char>(plain.size()) + plain);

  otlp::lane<signal::logs> logs;
  logs.open(settings_of(protocol::grpc, compression::none, signal::logs), {}, {}, nullptr);
  logs.encode(hand_made_log{}.view());
  EXPECT_EQ(logs.request_for(logs.take_batch()).url, "http://h:1/opentelemetry.proto.collector.logs.v1.LogsService/Export");
}

TEST(lane, compresses_the_message_over_grpc_and_not_its_frame) {
  const request made = request_of_one_span(settings_of(protocol::grpc, compression::gzip));
  EXPECT_EQ(header(made, "grpc-encoding"), only{"gzip"});
  EXPECT_EQ(header(made, "content-encoding"), only{});
  ASSERT_GT(made.body.size(), 5u);
  EXPECT_EQ(made.body[0], '\1');
  EXPECT_EQ(static_cast<unsigned char>(made.body[4]), made.body.size() - 5);
  EXPECT_EQ(gunzipped(made.body.substr(5)), request_of_one_span(settings_of(protocol::http_protobuf)).body);
}

TEST(lane, tells_a_grpc_server_how_long_it_will_wait) {
  for (const auto& [timeout, expected] : {std::pair{1ms, only{"1m"}}, {99'999'999ms, only{"99999999m"}}, {100'000'000ms,
      only{}}, {0ms, only{}}}) {
    otlp::settings used = settings_of(protocol::grpc);
    used.limits.timeout = timeout;
    EXPECT_EQ(header(request_of_one_span(used), "grpc-timeout"), expected) << "eight digits at most, and none for no limit";
  }
}

TEST(lane, makes_every_attempt_anew_from_the_same_batch) {
  otlp::lane<signal::traces> lane;
  lane.open(settings_of(protocol::http_protobuf), {}, {}, nullptr);
  lane.encode(hand_made_span{}.view());
  const otlp::batch taken = lane.take_batch();
  EXPECT_EQ(lane.request_for(taken).body, lane.request_for(taken).body);
}

TEST(lane, is_known_by_its_signal) {
  otlp::lane<signal::traces> traces;
  otlp::lane<signal::logs> logs;
  EXPECT_EQ(traces.label(), "traces");
  EXPECT_EQ(logs.label(), "logs");
  otlp::settings off = settings_of(protocol::http_protobuf);
  off.wanted = false;
  traces.open(off, {}, {}, nullptr);
  EXPECT_FALSE(traces.wanted());
}

TEST(lane, judges_by_its_protocol) {
  using outcome = sonde::pipeline::verdict::outcome;
  otlp::lane<signal::traces> http;
  otlp::lane<signal::traces> grpc;
  http.open(settings_of(protocol::http_json), {}, {}, nullptr);
  grpc.open(settings_of(protocol::grpc), {}, {}, nullptr);
  EXPECT_EQ(http.judge(answer(200)).result, outcome::accepted);
  EXPECT_EQ(grpc.judge(answer(200)).result, outcome::refused) << "there is no grpc-status";
}

// Signed for AWS.

/// Credentials that a container's service gives out.
struct container {
  sonde::environment::reader environment{{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/creds"},
                                          {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"},
                                          {"AWS_CONFIG_FILE", "/nonexistent"}}};
  aws::credential_chain chain{{}, aws::read_shared_profile({}, environment), environment};
};
const char* const credentials_reply =
    R"({"AccessKeyId":"AKIDEXAMPLE0123456789","SecretAccessKey":"s","Token":"t","Expiration":"2100-01-01T00:00:00Z"})";

otlp::settings signed_settings() {
  otlp::settings made = settings_of(protocol::http_protobuf);
  made.aws = aws::endpoint{"xray", "eu-central-1"};
  return made;
}

TEST(lane, is_ready_at_once_where_nothing_is_signed) {
  otlp::lane<signal::traces> lane;
  lane.open(settings_of(protocol::http_protobuf), {}, {}, nullptr);
  const auto now = std::chrono::steady_clock::now();
  EXPECT_TRUE(lane.ready(now));
  EXPECT_FALSE(lane.errand(now));
  EXPECT_EQ(lane.errand_due(), std::chrono::steady_clock::time_point::max());
  EXPECT_EQ(lane.obstacle(), "");
}

TEST(lane, fetches_credentials_before_it_is_ready) {
  container from;
  otlp::lane<signal::traces> lane;
  lane.open(signed_settings(), {}, {}, &from.chain);
  const auto now = std::chrono::steady_clock::now();
  EXPECT_FALSE(lane.ready(now));
  const std::optional<request> errand = lane.errand(now);
  ASSERT_TRUE(errand);
  EXPECT_EQ(errand->url, "http://127.0.0.1:1/creds");
  EXPECT_FALSE(lane.errand(now)) << "one at a time";
  lane.errand_done(answer(500), now);
  EXPECT_FALSE(lane.ready(now));
  EXPECT_NE(lane.obstacle().find("answers with HTTP status 500"), std::string::npos) << lane.obstacle();
  EXPECT_GT(lane.errand_due(), now);
  EXPECT_LE(lane.errand_due(), now + 10s);
  ASSERT_TRUE(lane.errand(now + 10s));
  lane.errand_done(answer(200, credentials_reply), now + 10s);
  EXPECT_TRUE(lane.ready(now));
  EXPECT_EQ(lane.obstacle(), "");

  lane.encode(hand_made_span{}.view());
  const request made = lane.request_for(lane.take_batch());
  ASSERT_TRUE(made.signature);
  EXPECT_EQ(made.signature->region, "eu-central-1");
  EXPECT_EQ(made.signature->service, "xray");
  EXPECT_EQ(made.signature->access_key_id, "AKIDEXAMPLE0123456789");
  EXPECT_EQ(made.signature->secret_access_key, "s");
  EXPECT_EQ(made.signature->session_token, "t");
}

TEST(lane, asks_for_other_credentials_once_these_are_refused) {
  for (const int status : {200, 400, 401, 403, 503}) {
    container from;
    otlp::lane<signal::traces> lane;
    lane.open(signed_settings(), {}, {}, &from.chain);
    const auto now = std::chrono::steady_clock::now();
    ASSERT_TRUE(lane.errand(now));
    lane.errand_done(answer(200, credentials_reply), now);
    EXPECT_FALSE(lane.errand(now + 2min)) << "they last";
    static_cast<void>(lane.judge(answer(status)));
    EXPECT_EQ(lane.errand(now + 2min).has_value(), status == 401 || status == 403) << status;
  }
}

}  // namespace
