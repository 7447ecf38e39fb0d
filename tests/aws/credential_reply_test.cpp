// SPDX-License-Identifier: MIT

#include <sonde/aws/credential_reply.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sonde::aws;
using sonde::transport::outcome;
using sonde::transport::response;

const auto now = std::chrono::system_clock::time_point{std::chrono::seconds{1795273445}};  // 2026-11-21T15:04:05Z

fetch_result read(std::string body, int status = 200) {
  response got;
  got.outcome = outcome::answered;
  got.status = status;
  got.body = std::move(body);
  fetch_result result = read_credential_reply(got, now);
  EXPECT_NE(result.found.has_value(), !result.complaint.empty());
  for (const char* secret : {"SECRET", "TOKEN"}) EXPECT_EQ(result.complaint.find(secret), std::string::npos);
  return result;
}

// As in the AWS documentation of the instance metadata service.
std::string reply(const std::string& expiration = "2026-11-21T21:04:05Z") {
  return R"({"Code":"Success","LastUpdated":"2026-11-21T15:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIAEXAMPLE",)"
         R"("SecretAccessKey":"SECRET","Token":"TOKEN","Expiration":")" +
         expiration + R"("})";
}

TEST(credential_reply, holds_keys_a_token_and_an_expiry) {
  const fetch_result result = read(reply());
  ASSERT_TRUE(result.found);
  EXPECT_EQ(result.found->access_key_id, "ASIAEXAMPLE");
  EXPECT_EQ(result.found->secret_access_key, "SECRET");
  EXPECT_EQ(result.found->session_token, "TOKEN");
  EXPECT_EQ(*result.found->expiry, now + std::chrono::hours{6});
}

TEST(credential_reply, that_has_expired_is_refused) {
  EXPECT_EQ(read(reply("2026-11-21T15:04:05Z")).complaint, "answers with credentials that have expired by this machine's clock");
  EXPECT_EQ(read(reply("2026-11-21T15:04:06Z")).complaint, "");
  EXPECT_EQ(read(reply("tomorrow")).complaint, "answers with an Expiration that is no time");
}

TEST(credential_reply, that_lacks_a_field_is_refused) {
  for (const char* field : {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}) {
    std::string text = reply();
    text.replace(text.find(field), std::string{field}.size(), "Other");
    EXPECT_EQ(read(text).complaint, std::string{"answers without "} + field);
    for (const char* odd : {"null", "7", "[]", "{}", "\"\""}) {
      nlohmann::json other = nlohmann::json::parse(reply());
      other[field] = nlohmann::json::parse(odd);
      EXPECT_EQ(read(other.dump()).complaint, std::string{"answers without "} + field) << odd;
    }
  }
}

TEST(credential_reply, that_is_an_error_shows_its_code_and_no_more) {
  EXPECT_EQ(read(R"({"code":"NoIdInRequest","message":"TOKEN"})", 400).complaint, "answers with HTTP status 400 (NoIdInRequest)");
  EXPECT_EQ(read(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"x"})").complaint,
            "answers without AccessKeyId (AssumeRoleUnauthorizedAccess)");
  EXPECT_EQ(read(R"({"code":"eyJ0.TOKEN/+="})", 400).complaint, "answers with HTTP status 400");
  EXPECT_EQ(read(R"({"code":")" + std::string(65, 'x') + R"("})", 400).complaint, "answers with HTTP status 400");
  EXPECT_EQ(read(R"({"code":7})", 500).complaint, "answers with HTTP status 500");
  EXPECT_EQ(read("<html>", 502).complaint, "answers with HTTP status 502");
  EXPECT_EQ(read(reply(), 201).complaint, "answers with HTTP status 201");
}

TEST(credential_reply, that_is_no_json_object_is_refused) {
  const std::string whole = reply();
  for (std::string text : {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"\"x\""}, std::string{"{"},
                           whole.substr(0, whole.size() - 1), whole + "x", std::string{"{\"Token\":\"\xFF\"}"}})
    EXPECT_EQ(read(text).complaint, "answers with something other than a JSON object") << text;
}

TEST(credential_reply, that_is_deep_or_huge_does_no_harm) {
  EXPECT_EQ(read(std::string(60 * 1024, '[')).complaint, "answers with something other than a JSON object");
  std::string deep(30 * 1024, '[');
  deep.append(30 * 1024, ']');
  EXPECT_EQ(read("{\"x\":" + deep + "}").complaint, "answers without AccessKeyId");
  EXPECT_EQ(read(reply() + std::string(64 * 1024, ' ')).complaint, "answers with more than 64 KiB");
  EXPECT_EQ(read(std::string(4 * 1024 * 1024, '{')).complaint, "answers with more than 64 KiB");
}

TEST(credential_reply, with_a_line_break_in_a_key_is_refused) {
  nlohmann::json other = nlohmann::json::parse(reply());
  other["Token"] = "TOKEN\r\nHost: evil";
  EXPECT_EQ(read(other.dump()).complaint, "answers with keys of no use: the session token has a blank, a line break or a "
                                          "character that no key has");
}

TEST(credential_reply, that_never_came_names_the_reason) {
  response none;
  none.error = "connection refused by 127.0.0.1:1";
  EXPECT_EQ(read_credential_reply(none, now).complaint, "does not answer: connection refused by 127.0.0.1:1");
}

}  // namespace
