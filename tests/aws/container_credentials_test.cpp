// SPDX-License-Identifier: MIT

#include <sonde/aws/container_credentials.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "aws/scratch.hpp"

namespace {

using sonde::aws::container_credentials;
using sonde::environment::reader;
using sonde::environment::variable;
using sonde::tests::scratch;
using sonde::transport::request;

container_credentials with(std::vector<variable> variables) {
  reader env{std::move(variables)};
  return container_credentials{env};
}
std::string header(const request& sent, std::string_view name) {
  for (const auto& [key, value] : sent.headers)
    if (key == name) return value;
  return {};
}
constexpr char full[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char relative[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

TEST(container_credentials, are_asked_for_only_where_the_environment_says_so) {
  EXPECT_FALSE(with({}).configured());
  EXPECT_FALSE(with({{full, ""}, {relative, ""}}).configured());
}

TEST(container_credentials, of_ecs_come_from_its_own_address) {
  const container_credentials service = with({{relative, "/v2/credentials/id?x=1"}, {full, "http://localhost/other"}});
  EXPECT_TRUE(service.configured());
  std::string complaint;
  const std::optional<request> sent = service.next_request(complaint);
  ASSERT_TRUE(sent) << complaint;
  EXPECT_EQ(sent->method, "GET");
  EXPECT_EQ(sent->url, "http://169.254.170.2/v2/credentials/id?x=1");
  EXPECT_EQ(header(*sent, "Accept"), "application/json");
  EXPECT_EQ(header(*sent, "Authorization"), "");
  EXPECT_LE(sent->timeout, std::chrono::seconds{5});
  EXPECT_EQ(service.who(), "the container's credential service (http://169.254.170.2/v2/credentials/id?…)");
}

TEST(container_credentials, a_relative_address_cannot_name_another_host) {
  for (const char* path : {"@evil.com/", ".evil.com/", "0/x", "evil"})
    EXPECT_EQ(with({{relative, path}}).refusal(), std::string{relative} + " does not begin with a '/'") << path;
}

TEST(container_credentials, an_address_in_the_clear_is_refused) {
  EXPECT_EQ(with({{full, "http://example.com/"}}).refusal().find(std::string{full} + " names example.com without TLS"), 0U);
  EXPECT_EQ(with({{full, "https://example.com/"}}).refusal(), "");
  EXPECT_TRUE(with({{full, "http://example.com/"}}).configured());
}

TEST(container_credentials, the_token_is_sent_along) {
  std::string complaint;
  const container_credentials service = with({{full, "http://localhost/"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc"}});
  const auto sent = service.next_request(complaint);
  ASSERT_TRUE(sent) << complaint;
  EXPECT_EQ(header(*sent, "Authorization"), "Basic abc");
}

TEST(container_credentials, a_tokens_file_wins_and_is_read_anew_each_time) {
  const scratch home;
  const std::string file = home.write("token", "first");
  const container_credentials service = with({{full, "http://localhost/"},
                                              {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "other"},
                                              {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file}});
  std::string complaint;
  EXPECT_EQ(header(service.next_request(complaint).value(), "Authorization"), "first");
  home.write("token", "second");
  EXPECT_EQ(header(service.next_request(complaint).value(), "Authorization"), "second");
}

TEST(container_credentials, without_a_usable_token_nothing_is_sent) {
  const scratch home;
  const auto complaint_with = [&](const std::string& file) {
    std::string complaint;
    EXPECT_FALSE(with({{full, "http://localhost/"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file}}).next_request(complaint));
    return complaint;
  };
  const std::string named = " (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) ";
  EXPECT_EQ(complaint_with(home.path()), "cannot be asked: " + home.path() + named + "is not a file");
  EXPECT_EQ(complaint_with("/nowhere"), "cannot be asked: /nowhere" + named + "is not a file");
  const std::string empty = home.write("empty", "");
  EXPECT_EQ(complaint_with(empty), "cannot be asked: " + empty + named + "is empty");
  const std::string large = home.write("large", std::string(64 * 1024 + 1, 'x'));
  EXPECT_EQ(complaint_with(large), "cannot be asked: " + large + named + "is larger than 64 KiB");
  for (const char* token : {"a\nHost: evil", "a\r", "a\n"})
    EXPECT_EQ(complaint_with(home.write("token", token)), "cannot be asked: the authorization token has a line break in it");
  std::string complaint;
  EXPECT_FALSE(with({{full, "http://localhost/"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nb"}}).next_request(complaint));
  EXPECT_EQ(complaint, "cannot be asked: the authorization token has a line break in it");
}

}  // namespace
