// SPDX-License-Identifier: MIT
// One lane by hand: what it asks for, and what it makes of each reply. No network, no waiting.

#include <sonde/adapters/cloudwatch/lane.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "adapters/cloudwatch/replies.hpp"
#include "otlp/hand_made_log.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::pipeline::verdict;
using sonde::tests::answer;
using sonde::tests::aws_error;
using outcome = sonde::pipeline::verdict::outcome;
using time_point = std::chrono::steady_clock::time_point;
namespace cloudwatch = sonde::cloudwatch;

constexpr char secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr char token[] = "IQoJb3JpZ2luX2VjEXAMPLETOKEN/+=";

class cloudwatch_lane : public ::testing::Test {
 protected:
  void SetUp() override { open(sonde::tests::group_settings()); }
  void open(cloudwatch::settings used, std::vector<sonde::environment::variable> environment = {}) {
    sonde::environment::reader reader{std::move(environment)};
    sonde::aws::credential_config config;
    if (reader.variables().empty()) config.keys = sonde::aws::credentials{"AKIDEXAMPLE12345678", secret, token, {}};
    keys_.emplace(config, sonde::aws::shared_profile{}, reader);
    lane_ = cloudwatch::lane{};
    lane_.open(std::move(used), "backend", *keys_);
  }
  [[nodiscard]] cloudwatch::batch batch_of(int count) {
    for (int i = 0; i < count; ++i) lane_.encode(log_.view());
    return lane_.take_batch();
  }
  [[nodiscard]] verdict judge(const sonde::transport::response& reply, int count = 3) {
    return lane_.judge(reply, batch_of(count));
  }
  [[nodiscard]] std::string asked() {
    const auto request = lane_.errand(now_);
    return request ? request->headers.at(1).second : "";
  }

  sonde::testing::hand_made_log log_;
  std::optional<sonde::aws::credential_chain> keys_;
  cloudwatch::lane lane_;
  time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(cloudwatch_lane, a_request_has_what_the_service_demands) {
  log_.body() = "a\"b";
  const auto made = lane_.request_for(batch_of(2));
  EXPECT_EQ(made.method, "POST");
  EXPECT_EQ(made.url, "http://h:1/");
  EXPECT_EQ(made.headers, (sonde::environment::pairs{{"Content-Type", "application/x-amz-json-1.1"},
                                                     {"X-Amz-Target", "Logs_20140328.PutLogEvents"}}));
  ASSERT_TRUE(made.signature.has_value());
  EXPECT_EQ(made.signature->service, "logs");
  EXPECT_EQ(made.signature->region, "r-1");
  EXPECT_EQ(made.signature->session_token, token);
  const std::string message = "WARNING a\"b TraceId: 1-5b8efff7-98038103d269b633813fc60c SpanId: eee19b7ec3c1b174";
  const nlohmann::json event{{"timestamp", 1'544'712'660'000}, {"message", message}};
  EXPECT_EQ(nlohmann::json::parse(made.body),
            (nlohmann::json{{"logGroupName", "g"}, {"logStreamName", "s"}, {"logEvents", {event, event}}}));
  EXPECT_EQ(made.body.find(secret), std::string::npos);
}

TEST_F(cloudwatch_lane, sends_what_is_important_enough) {
  cloudwatch::settings used = sonde::tests::group_settings();
  used.least = sonde::level::warning;
  open(used);
  EXPECT_TRUE(lane_.wanted(log_.header()));
  log_.header().kind = static_cast<std::uint8_t>(sonde::level::info);
  EXPECT_FALSE(lane_.wanted(log_.header()));
}

TEST_F(cloudwatch_lane, splits_behind_what_fits_or_in_the_middle) {
  cloudwatch::settings used = sonde::tests::group_settings();
  used.limits.bytes = 10 * (90 + 26);
  open(used);
  constexpr std::string_view around = "WARNING  TraceId: 1-5b8efff7-98038103d269b633813fc60c SpanId: eee19b7ec3c1b174";
  log_.body() = std::string(90 - around.size(), 'x');
  cloudwatch::batch whole = batch_of(15);
  EXPECT_TRUE(lane_.exceeds(whole));
  EXPECT_EQ(lane_.split(whole).count(), 5u);
  EXPECT_EQ(whole.count(), 10u);
  EXPECT_FALSE(lane_.exceeds(whole));
  EXPECT_EQ(lane_.split(whole).count(), 5u);
  EXPECT_EQ(lane_.split(whole).count(), 2u);
  EXPECT_EQ(whole.count(), 3u);
}

TEST_F(cloudwatch_lane, a_success_is_one) {
  const verdict made = judge(answer(200, R"({"nextSequenceToken":"1"})"));
  EXPECT_EQ(made.result, outcome::accepted);
  EXPECT_EQ(made.rejected, 0u);
  EXPECT_EQ(made.sentence, "");
}

TEST_F(cloudwatch_lane, events_that_were_not_taken_are_counted_and_explained) {
  const auto reply = answer(200, R"({"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":2,"tooNewLogEventStartIndex":9}})");
  const verdict made = judge(reply, 10);
  EXPECT_EQ(made.result, outcome::accepted);
  EXPECT_EQ(made.rejected, 3u);
  EXPECT_EQ(made.sentence,
            "http://h:1/ (from E) did not take 2 log records older than 14 days or than the log group keeps, and 1 log record "
            "more than 2 hours in the future: check this machine's clock (request 7d2c-1)");
}

TEST_F(cloudwatch_lane, sends_again_what_may_do_better_later) {
  for (const char* const name : {"ThrottlingException", "ServiceUnavailableException", "OperationAbortedException"}) {
    const verdict made = judge(aws_error(name, "Rate exceeded"));
    EXPECT_EQ(made.result, outcome::retry);
    EXPECT_EQ(made.sentence, std::string{name} + " from http://h:1/ (from E): \"Rate exceeded\" (request 7d2c-1)");
  }
  auto wished = answer(503);
  wished.retry_after = "7";
  EXPECT_EQ(judge(wished).retry_after, 7s);
  EXPECT_EQ(judge(sonde::tests::no_answer()).sentence, "connection refused by h:1, endpoint http://h:1/ (from E)");
  EXPECT_EQ(judge(sonde::tests::no_answer()).result, outcome::retry);
}

TEST_F(cloudwatch_lane, refuses_what_stays_wrong) {
  EXPECT_EQ(judge(aws_error("InvalidParameterException")).result, outcome::refused);
  EXPECT_EQ(judge(answer(301)).result, outcome::refused);
  EXPECT_EQ(judge(answer(413)).result, outcome::too_much);
  EXPECT_EQ(judge(aws_error("DataAlreadyAcceptedException")).result, outcome::accepted);
}

TEST_F(cloudwatch_lane, a_denied_permission_is_named_with_the_group_and_the_key) {
  const verdict made = judge(aws_error("AccessDeniedException", "User: arn:aws:iam::1:user/u is not authorized"));
  EXPECT_EQ(made.result, outcome::refused);
  EXPECT_NE(made.sentence.find("; the keys AKID… from code need the permission logs:PutLogEvents on the log group 'g' in r-1"),
            std::string::npos)
      << made.sentence;
}

TEST_F(cloudwatch_lane, keys_that_nobody_renews_are_refused_once_they_are_no_longer_good) {
  const verdict made = judge(aws_error("ExpiredTokenException", "The security token included in the request is expired"));
  EXPECT_EQ(made.result, outcome::refused);
  EXPECT_NE(made.sentence.find("the keys AKID… from code are not (or no longer) good: give others"), std::string::npos);
}

TEST_F(cloudwatch_lane, no_key_is_in_any_sentence_even_where_aws_quotes_it) {
  const std::string quoted =
      std::string{"The Canonical String: x-amz-security-token:"} + token + " AKIDEXAMPLE12345678 " + secret;
  const std::string said = judge(aws_error("InvalidSignatureException", quoted)).sentence;
  for (const char* const each : {token, secret, "AKIDEXAMPLE12345678"}) EXPECT_EQ(said.find(each), std::string::npos) << said;
}

TEST_F(cloudwatch_lane, a_wrong_clock_is_said_by_how_much) {
  auto reply = aws_error("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than …");
  const std::time_t behind = std::time(nullptr) + 600;
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&behind));
  reply.headers.emplace_back("Date", date);
  const verdict made = judge(reply);
  EXPECT_EQ(made.result, outcome::retry);
  EXPECT_NE(made.sentence.find("this machine's clock is "), std::string::npos);
  EXPECT_NE(made.sentence.find(" s behind AWS's: set it"), std::string::npos) << made.sentence;
  EXPECT_TRUE(made.sentence.find(" 600 s") != std::string::npos || made.sentence.find(" 599 s") != std::string::npos);
}

TEST_F(cloudwatch_lane, makes_a_missing_stream_and_sends_at_once_without_a_word) {
  EXPECT_EQ(asked(), "");
  const verdict made = judge(aws_error("ResourceNotFoundException", "The specified log stream does not exist."));
  EXPECT_EQ(made.result, outcome::retry);
  EXPECT_EQ(made.retry_after, 0ms);
  EXPECT_EQ(made.sentence, "");
  EXPECT_FALSE(lane_.ready(now_));
  EXPECT_EQ(asked(), "Logs_20140328.CreateLogStream");
  lane_.errand_done(answer(200), now_);
  EXPECT_TRUE(lane_.ready(now_));
  EXPECT_EQ(asked(), "");
}

TEST_F(cloudwatch_lane, makes_a_missing_group_and_says_so) {
  const verdict made = judge(aws_error("ResourceNotFoundException", "The specified log group does not exist."));
  EXPECT_EQ(made.sentence, "the log group 'g' is not there, and will be created");
  EXPECT_EQ(asked(), "Logs_20140328.CreateLogGroup");
}

TEST_F(cloudwatch_lane, what_was_made_but_is_not_everywhere_yet_is_asked_for_ever_more_slowly) {
  const auto missing = aws_error("ResourceNotFoundException", "The specified log stream does not exist.");
  static_cast<void>(judge(missing));
  static_cast<void>(asked());
  lane_.errand_done(answer(200), now_);
  const verdict made = judge(missing);
  EXPECT_EQ(made.result, outcome::retry);
  EXPECT_EQ(made.retry_after, std::nullopt);
  EXPECT_NE(made.sentence, "");
}

TEST_F(cloudwatch_lane, lines_are_refused_where_group_or_stream_cannot_be_made) {
  const auto missing = aws_error("ResourceNotFoundException", "The specified log group does not exist.");
  static_cast<void>(judge(missing));
  static_cast<void>(asked());
  lane_.errand_done(aws_error("AccessDeniedException"), now_);
  EXPECT_TRUE(lane_.ready(now_));
  const verdict made = judge(missing);
  EXPECT_EQ(made.result, outcome::refused);
  EXPECT_NE(made.sentence.find("the log group 'g' is not there and cannot be created"), std::string::npos);
  EXPECT_NE(made.sentence.find("logs:CreateLogGroup"), std::string::npos);
  EXPECT_EQ(asked(), "");
}

TEST_F(cloudwatch_lane, nothing_is_made_where_the_user_does_not_want_it) {
  cloudwatch::settings used = sonde::tests::group_settings();
  used.create = false;
  open(used);
  const verdict made = judge(aws_error("ResourceNotFoundException", "The specified log stream does not exist."));
  EXPECT_EQ(made.result, outcome::refused);
  EXPECT_NE(made.sentence.find(".create"), std::string::npos);
  EXPECT_EQ(asked(), "");
}

TEST_F(cloudwatch_lane, a_stream_of_each_day_is_that_of_the_batch) {
  cloudwatch::settings used = sonde::tests::group_settings();
  static_cast<void>(used.log_stream.parse("{date}", {}));
  open(used);
  EXPECT_NE(lane_.request_for(batch_of(1)).body.find(R"("logStreamName":"2018-12-13")"), std::string::npos);
  static_cast<void>(judge(aws_error("ResourceNotFoundException", "The specified log stream does not exist.")));
  EXPECT_NE(lane_.errand(now_)->body.find(R"("logStreamName":"2018-12-13")"), std::string::npos);
}

constexpr char fresh_keys[] =
    R"({"AccessKeyId":"ASIAEXAMPLE12345678","SecretAccessKey":"s","Token":"t","Expiration":"2100-01-01T00:00:00Z"})";

TEST_F(cloudwatch_lane, keys_of_a_container_are_fetched_first_and_renewed_when_refused) {
  open(sonde::tests::group_settings(), {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/keys"}});
  EXPECT_FALSE(lane_.ready(now_));
  auto fetch = lane_.errand(now_);
  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->url, "http://127.0.0.1:1/keys");
  lane_.errand_done(sonde::tests::no_answer("connection refused by 127.0.0.1:1"), now_);
  EXPECT_NE(lane_.obstacle().find("no AWS credentials"), std::string::npos);
  now_ += 10s;
  ASSERT_TRUE(lane_.errand(now_).has_value());
  lane_.errand_done(answer(200, fresh_keys), now_);
  EXPECT_TRUE(lane_.ready(now_));
  EXPECT_EQ(lane_.errand(now_), std::nullopt);
  EXPECT_EQ(lane_.request_for(batch_of(1)).signature->access_key_id, "ASIAEXAMPLE12345678");

  const verdict made = judge(aws_error("ExpiredTokenException"));
  EXPECT_EQ(made.result, outcome::retry);
  EXPECT_NE(made.sentence.find("are renewed"), std::string::npos);
  fetch = lane_.errand(now_ + 1min);
  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->url, "http://127.0.0.1:1/keys");
}

}  // namespace
