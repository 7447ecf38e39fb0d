// SPDX-License-Identifier: MIT
// Which source wins is compared with the AWS CLI's library in tests/interop/check_aws.py; here are renewal and failure,
// with clocks of the test's own, and one exchange over a real connection.

#include <sonde/aws/credential_chain.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/transport/http.hpp>

#include "transport/server.hpp"

namespace {

using namespace sonde::aws;
using namespace std::chrono_literals;
using sonde::environment::reader;
using sonde::environment::variable;
using sonde::transport::outcome;
using sonde::transport::request;
using sonde::transport::response;
using steady = credential_chain::steady::time_point;
using wall = credential_chain::wall::time_point;

const wall today{std::chrono::seconds{1795273445}};  // 2026-11-21T15:04:05Z
const steady start = steady{} + 1000h;

credential_chain with(std::vector<variable> variables, const credential_config& config = {}, const shared_profile& profile = {}) {
  reader env{std::move(variables)};
  return credential_chain{config, profile, env};
}
credential_chain of_a_container() { return with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/creds"}}); }

/// Keys of that id, which expire so long after `today`.
response keys(const std::string& id, std::chrono::seconds left) {
  char at[32];
  const std::time_t time = credential_chain::wall::to_time_t(today + left);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &parts);
  response got;
  got.outcome = outcome::answered;
  got.status = 200;
  got.body = R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":"SECRET","Token":"TOKEN","Expiration":")" + at + R"("})";
  return got;
}
response failure(int status) {
  response got;
  got.outcome = outcome::answered;
  got.status = status;
  return got;
}
std::string id_of(const credential_chain& chain, wall at) {
  const credentials* const found = chain.usable(at);
  return found == nullptr ? "" : found->access_key_id;
}

TEST(credential_chain, keys_in_code_win_over_all_and_are_never_renewed) {
  const credentials in_code{"AKIDINCODE", "SECRET", "", {}};
  credential_chain chain = with({{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}}, {in_code, "dev"});
  EXPECT_EQ(id_of(chain, today), "AKIDINCODE");
  EXPECT_EQ(chain.source(), "(set) from code");
  EXPECT_EQ(chain.complaint(), "");
  EXPECT_EQ(chain.due(), std::nullopt);
  EXPECT_FALSE(chain.next_request(start, today));
}

TEST(credential_chain, keys_in_code_of_no_use_are_refused_and_no_others_sought) {
  credential_chain chain =
      with({{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}}, {credentials{"a", "", "", {}}, {}});
  EXPECT_EQ(id_of(chain, today), "");
  EXPECT_EQ(chain.complaint(), "AWS credentials set in code: the secret access key is empty");
  EXPECT_EQ(chain.due(), std::nullopt);
}

TEST(credential_chain, a_profile_chosen_in_code_wins_over_keys_in_the_environment) {
  shared_profile profile;
  profile.in_credentials = {{"aws_access_key_id", "AKIDFILE"}, {"aws_secret_access_key", "s"}};
  const std::vector<variable> keys_too{{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
  EXPECT_EQ(id_of(with(keys_too, {{}, "dev"}, profile), today), "AKIDFILE");
  EXPECT_EQ(id_of(with(keys_too, {}, profile), today), "AKIDENV");
}

TEST(credential_chain, keys_that_expire_and_that_nobody_renews_say_so) {
  credential_chain chain = with({}, {credentials{"AKIDINCODE", "SECRET", "", today + 1h}, {}});
  EXPECT_FALSE(chain.next_request(start, today));
  EXPECT_EQ(chain.complaint(), "");
  EXPECT_EQ(id_of(chain, today + 1h), "");
  EXPECT_FALSE(chain.next_request(start + 1h, today + 1h));
  EXPECT_EQ(chain.complaint(), "the AWS credentials from code have expired, and nothing renews these");
}

TEST(credential_chain, without_any_source_says_what_to_set) {
  shared_profile profile;
  profile.credentials_file = "/home/me/.aws/credentials";
  credential_chain chain = with({{"AWS_EC2_METADATA_DISABLED", "true"}}, {}, profile);
  EXPECT_EQ(chain.source(), "");
  EXPECT_EQ(chain.due(), std::nullopt);
  EXPECT_EQ(chain.complaint(), "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put keys into the "
                               "profile 'default' of /home/me/.aws/credentials");
}

TEST(credential_chain, a_source_that_is_refused_ends_it) {
  credential_chain chain = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/"}});
  EXPECT_NE(chain.complaint().find("without TLS"), std::string::npos);
  EXPECT_EQ(chain.source(), "");
  EXPECT_EQ(chain.due(), std::nullopt);
  EXPECT_FALSE(chain.next_request(start, today));
}

TEST(credential_chain, asks_once_at_a_time) {
  credential_chain chain = of_a_container();
  ASSERT_TRUE(chain.due());
  EXPECT_LE(*chain.due(), start);
  EXPECT_EQ(chain.usable(today), nullptr);
  EXPECT_TRUE(chain.next_request(start, today));
  EXPECT_FALSE(chain.next_request(start, today));
  EXPECT_EQ(chain.due(), std::nullopt);
  EXPECT_EQ(chain.receive(keys("ONE", 6h), start, today), "");
  EXPECT_EQ(id_of(chain, today), "ONE");
  EXPECT_EQ(chain.source(), "(set) from the container's credential service (http://127.0.0.1/creds)");
  EXPECT_FALSE(chain.next_request(start, today));
}

TEST(credential_chain, renews_a_quarter_of_an_hour_before_they_expire) {
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  static_cast<void>(chain.receive(keys("ONE", 6h), start, today));
  const auto waits = *chain.due() - start;
  EXPECT_LE(waits, 6h - 15min);
  EXPECT_GE(waits, 6h - 20min);
  EXPECT_FALSE(chain.next_request(start + waits - 1ns, today + waits));
  EXPECT_TRUE(chain.next_request(start + waits, today + 6h - 15min));
  EXPECT_EQ(id_of(chain, today + 6h - 1s), "ONE") << "meanwhile the old ones are used";
  EXPECT_EQ(chain.receive(keys("TWO", 12h), start + waits, today + 6h - 15min), "");
  EXPECT_EQ(id_of(chain, today + 6h), "TWO");
}

TEST(credential_chain, renews_short_lived_ones_without_haste) {
  for (const std::chrono::seconds left : {600s, 60s}) {
    credential_chain chain = of_a_container();
    static_cast<void>(chain.next_request(start, today));
    static_cast<void>(chain.receive(keys("ONE", left), start, today));
    EXPECT_LE(*chain.due() - start, left * 3 / 4);
    EXPECT_GE(*chain.due() - start, left / 2);
  }
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  static_cast<void>(chain.receive(keys("ONE", 1s), start, today));
  EXPECT_EQ(*chain.due() - start, 10s);
}

TEST(credential_chain, asks_at_once_when_the_clock_has_leapt_past_the_expiry) {
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  static_cast<void>(chain.receive(keys("ONE", 6h), start, today));
  EXPECT_FALSE(chain.next_request(start + 1s, today + 1s));
  EXPECT_TRUE(chain.next_request(start + 1s, today + 7h));
}

TEST(credential_chain, keeps_what_it_has_while_renewing_fails_and_waits_longer_each_time) {
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  static_cast<void>(chain.receive(keys("ONE", 6h), start, today));
  steady now = *chain.due();
  std::chrono::nanoseconds longest = 1s;
  for (int attempt = 0; attempt < 20; ++attempt) {
    ASSERT_TRUE(chain.next_request(now, today + 5h));
    EXPECT_EQ(chain.receive(failure(500), now, today + 5h),
              "no newer AWS credentials: the container's credential service (http://127.0.0.1/creds) answers with HTTP "
              "status 500");
    EXPECT_EQ(id_of(chain, today + 5h), "ONE");
    const auto waits = *chain.due() - now;
    EXPECT_GE(waits, longest / 2) << attempt;
    EXPECT_LE(waits, longest) << attempt;
    EXPECT_FALSE(chain.next_request(now + waits - 1ns, today + 7h)) << "not even when they have expired";
    now += waits;
    longest = std::min<std::chrono::nanoseconds>(longest * 2, 2min);
  }
  EXPECT_EQ(chain.usable(today + 6h), nullptr);
  ASSERT_TRUE(chain.next_request(now, today + 5h));
  EXPECT_EQ(chain.receive(keys("TWO", 12h), now, today + 5h), "");
  EXPECT_EQ(chain.complaint(), "");
  EXPECT_EQ(id_of(chain, today + 7h), "TWO");

  now = *chain.due();
  ASSERT_TRUE(chain.next_request(now, today + 12h - 15min));
  static_cast<void>(chain.receive(failure(500), now, today + 12h - 15min));
  EXPECT_LE(*chain.due() - now, 1s) << "after a success it begins anew";
}

TEST(credential_chain, spreads_its_attempts) {
  std::vector<std::chrono::nanoseconds> waits;
  for (int i = 0; i < 20; ++i) {
    credential_chain chain = of_a_container();
    static_cast<void>(chain.next_request(start, today));
    static_cast<void>(chain.receive(failure(500), start, today));
    waits.push_back(*chain.due() - start);
  }
  std::sort(waits.begin(), waits.end());
  EXPECT_GT(std::unique(waits.begin(), waits.end()) - waits.begin(), 10);
}

TEST(credential_chain, a_token_file_that_is_missing_is_a_failure_like_others) {
  credential_chain chain = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/creds"},
                                 {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere"}});
  EXPECT_FALSE(chain.next_request(start, today));
  EXPECT_NE(chain.complaint().find("/nowhere (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is not a file"), std::string::npos);
  ASSERT_TRUE(chain.due());
  EXPECT_GE(*chain.due() - start, 500ms);
}

TEST(credential_chain, an_aborted_request_is_no_failure) {
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  response given_up;
  given_up.outcome = outcome::aborted;
  EXPECT_EQ(chain.receive(given_up, start, today), "");
  EXPECT_EQ(chain.complaint(), "");
  EXPECT_TRUE(chain.next_request(start, today));
}

TEST(credential_chain, an_answer_nobody_asked_for_changes_nothing) {
  credential_chain chain = of_a_container();
  EXPECT_EQ(chain.receive(keys("ONE", 6h), start, today), "");
  EXPECT_EQ(chain.usable(today), nullptr);
}

TEST(credential_chain, refused_ones_are_renewed_but_not_more_than_once_a_minute) {
  credential_chain chain = of_a_container();
  static_cast<void>(chain.next_request(start, today));
  static_cast<void>(chain.receive(keys("ONE", 6h), start, today));
  chain.renew(start + 10s);
  EXPECT_EQ(*chain.due() - start, 1min);
  chain.renew(start + 2h);
  EXPECT_EQ(*chain.due() - start, 1min) << "sooner than asked for, never later";
  EXPECT_TRUE(chain.next_request(start + 2h, today + 2h));
  static_cast<void>(chain.receive(keys("TWO", 12h), start + 2h, today + 2h));
  chain.renew(start + 3h);
  EXPECT_EQ(*chain.due() - start, 3h);
}

TEST(credential_chain, an_instance_without_answer_names_another_way) {
  credential_chain chain = with({});
  EXPECT_EQ(chain.source(), "from the instance metadata service (http://169.254.169.254/)");
  ASSERT_TRUE(chain.next_request(start, today));
  response none;
  none.error = "timeout";
  EXPECT_EQ(chain.receive(none, start, today),
            "no AWS credentials: the instance metadata service (http://169.254.169.254/) does not answer: timeout; outside of "
            "EC2 set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile");
}

TEST(credential_chain, fetches_an_instances_keys_over_a_real_connection) {
  sonde::tests::http_server<> service;
  std::atomic<int> unauthorized{0};
  service.server.Put("/latest/api/token", [](const httplib::Request& asked, httplib::Response& reply) {
    if (asked.has_header("X-aws-ec2-metadata-token-ttl-seconds")) return reply.set_content("the-token", "text/plain");
    reply.status = 400;
  });
  const char* const roles = "/latest/meta-data/iam/security-credentials/(.*)";
  service.server.Get(roles, [&](const httplib::Request& asked, httplib::Response& reply) {
    if (asked.get_header_value("X-aws-ec2-metadata-token") != "the-token") {
      ++unauthorized;
      reply.status = 401;
    } else if (asked.matches[1].str().empty()) {
      reply.set_content("the-role", "text/plain");
    } else if (asked.matches[1] == "the-role") {
      reply.set_content(keys("ONE", 6h).body, "application/json");
    } else {
      reply.status = 404;
    }
  });
  service.start();
  credential_chain chain = with({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url("")}});
  sonde::transport::http client;
  int requests = 0;
  while (auto sent = chain.next_request(start, today)) {
    ++requests;
    ASSERT_LE(requests, 3);
    client.send(std::move(*sent), [&](const response& got) { EXPECT_EQ(chain.receive(got, start, today), ""); });
    while (client.busy()) {
      client.perform();
      if (client.busy()) client.wait(1s);
    }
  }
  EXPECT_EQ(requests, 3);
  EXPECT_EQ(unauthorized, 0);
  EXPECT_EQ(id_of(chain, today), "ONE");
}

}  // namespace
