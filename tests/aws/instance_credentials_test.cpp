// SPDX-License-Identifier: MIT

#include <sonde/aws/instance_credentials.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace sonde::aws;
using sonde::environment::reader;
using sonde::environment::variable;
using sonde::transport::outcome;
using sonde::transport::request;
using sonde::transport::response;

const auto now = std::chrono::system_clock::time_point{std::chrono::seconds{1795273445}};  // 2026-11-21T15:04:05Z
constexpr char endpoint[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
constexpr char keys[] =
    R"({"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-11-21T21:04:05Z"})";

instance_credentials with(std::vector<variable> variables) {
  reader env{std::move(variables)};
  return instance_credentials{env};
}
response answer(int status, std::string body) {
  response got;
  got.outcome = outcome::answered;
  got.status = status;
  got.body = std::move(body);
  return got;
}
std::string header(const request& sent, std::string_view name) {
  for (const auto& [key, value] : sent.headers)
    if (key == name) return value;
  return {};
}

// Source: EC2 user guide, "Use the Instance Metadata Service", session-oriented requests.
TEST(instance_credentials, take_a_token_a_role_and_its_keys) {
  instance_credentials service = with({});
  request sent = service.next_request();
  EXPECT_EQ(sent.method, "PUT");
  EXPECT_EQ(sent.url, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(header(sent, "X-aws-ec2-metadata-token-ttl-seconds"), "300");
  EXPECT_LE(sent.timeout, std::chrono::seconds{2});
  fetch_result result = service.receive(answer(200, "AQAEtoken=="), now);
  EXPECT_FALSE(result.found);
  EXPECT_EQ(result.complaint, "");

  sent = service.next_request();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/");
  EXPECT_EQ(header(sent, "X-aws-ec2-metadata-token"), "AQAEtoken==");
  result = service.receive(answer(200, "web+role=,.@_-1\nother"), now);
  EXPECT_EQ(result.complaint, "");

  sent = service.next_request();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/web+role=,.@_-1");
  EXPECT_EQ(header(sent, "X-aws-ec2-metadata-token"), "AQAEtoken==");
  result = service.receive(answer(200, keys), now);
  ASSERT_TRUE(result.found) << result.complaint;
  EXPECT_EQ(result.found->secret_access_key, "S");
  EXPECT_EQ(service.next_request().method, "PUT") << "and anew when they are to be renewed";
}

TEST(instance_credentials, without_a_session_token_version_1_is_not_tried) {
  for (const int status : {400, 403, 404, 405, 500}) {
    instance_credentials service = with({});
    EXPECT_EQ(service.receive(answer(status, "AQAEtoken"), now).complaint,
              "answers with HTTP status " + std::to_string(status) + ", not with a session token (IMDSv2)");
    EXPECT_EQ(service.next_request().method, "PUT");
  }
  for (const std::string token : {"", "a b", "a\rb", "\n"}) {
    instance_credentials service = with({});
    EXPECT_EQ(service.receive(answer(200, token), now).complaint, "answers with a session token that cannot be one");
  }
  instance_credentials service = with({});
  EXPECT_NE(service.receive(answer(200, std::string(5000, 'x')), now).complaint, "");
}

TEST(instance_credentials, without_a_role_there_are_none) {
  instance_credentials service = with({});
  static_cast<void>(service.receive(answer(200, "token"), now));
  EXPECT_EQ(service.receive(answer(404, ""), now).complaint, "answers with HTTP status 404: the instance has no role");
  EXPECT_EQ(service.next_request().method, "PUT");
}

TEST(instance_credentials, a_role_cannot_lead_to_another_path) {
  for (const std::string role : {"", "a/b", "a?b", "a b", "a%2F", "<html>"}) {
    instance_credentials service = with({});
    static_cast<void>(service.receive(answer(200, "token"), now));
    EXPECT_EQ(service.receive(answer(200, role), now).complaint, "answers with the name of a role that cannot be one") << role;
  }
}

TEST(instance_credentials, begin_anew_after_a_failure) {
  instance_credentials service = with({});
  static_cast<void>(service.receive(answer(200, "token"), now));
  static_cast<void>(service.receive(answer(200, "role"), now));
  EXPECT_EQ(service.receive(answer(404, ""), now).complaint, "answers with HTTP status 404");
  EXPECT_EQ(service.next_request().method, "PUT");
  response none;
  none.error = "timeout after 1 s";
  EXPECT_EQ(service.receive(none, now).complaint, "does not answer: timeout after 1 s");
}

TEST(instance_credentials, the_environment_says_where_or_that_they_are_off) {
  EXPECT_TRUE(with({}).enabled());
  EXPECT_TRUE(with({{"AWS_EC2_METADATA_DISABLED", "false"}}).enabled());
  EXPECT_FALSE(with({{"AWS_EC2_METADATA_DISABLED", "True"}}).enabled());
  EXPECT_EQ(with({{endpoint, "http://127.0.0.1:8080/base"}}).next_request().url, "http://127.0.0.1:8080/base/latest/api/token");
  EXPECT_EQ(with({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6"}}).next_request().url,
            "http://[fd00:ec2::254]/latest/api/token");
  EXPECT_EQ(with({{endpoint, "http://example.com/"}}).refusal().find(std::string{endpoint} + " names example.com"), 0U);
  EXPECT_EQ(with({}).who(), "the instance metadata service (http://169.254.169.254/)");
}

}  // namespace
