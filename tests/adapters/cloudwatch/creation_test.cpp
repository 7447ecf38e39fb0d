// SPDX-License-Identifier: MIT
// What is asked for, step by step, and what is said where it is refused.

#include <sonde/adapters/cloudwatch/creation.hpp>

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "adapters/cloudwatch/replies.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::cloudwatch::creation;
using sonde::tests::answer;
using sonde::tests::aws_error;
using time_point = std::chrono::steady_clock::time_point;

class creating : public ::testing::Test {
 protected:
  [[nodiscard]] bool begin(bool group_is_missing) { return made_.begin("s", group_is_missing, now_); }
  /// `CreateLogStream {"logGroupName":…}`; empty for none.
  [[nodiscard]] std::string asked() const {
    const auto request = made_.next_request(used_, &keys_, now_);
    if (!request) return {};
    EXPECT_TRUE(request->signature.has_value());
    return request->headers.at(1).second.substr(sizeof "Logs_20140328." - 1) + ' ' + request->body;
  }
  void reply(const sonde::transport::response& with) { made_.receive(with, used_, &keys_, "AKID… from code", now_); }

  sonde::cloudwatch::settings used_ = sonde::tests::group_settings();
  sonde::aws::credentials keys_{"AKIDEXAMPLE12345678", "secret", "", {}};
  creation made_;
  time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(creating, a_group_how_long_it_keeps_lines_and_a_stream) {
  used_.retention_days = 30;
  used_.tags = {{"team", "a\"b"}, {"env", "prod"}};
  EXPECT_EQ(asked(), "");
  ASSERT_TRUE(begin(true));
  EXPECT_EQ(asked(), R"(CreateLogGroup {"logGroupName":"g","tags":{"team":"a\"b","env":"prod"}})");
  reply(answer(200));
  EXPECT_EQ(asked(), R"(PutRetentionPolicy {"logGroupName":"g","retentionInDays":30})");
  reply(answer(200));
  EXPECT_EQ(asked(), R"(CreateLogStream {"logGroupName":"g","logStreamName":"s"})");
  EXPECT_TRUE(made_.under_way());
  reply(answer(200, "{}"));
  EXPECT_FALSE(made_.under_way());
  EXPECT_EQ(made_.failure(), "");
  EXPECT_EQ(made_.take_remark(), "");
}

TEST_F(creating, a_stream_alone_where_the_group_is_there) {
  used_.retention_days = 30;  // of a group that others made, not ours to change
  ASSERT_TRUE(begin(false));
  EXPECT_EQ(asked(), R"(CreateLogStream {"logGroupName":"g","logStreamName":"s"})");
  reply(answer(200));
  EXPECT_FALSE(made_.under_way());
}

TEST_F(creating, what_somebody_else_made_meanwhile_is_as_good) {
  ASSERT_TRUE(begin(true));
  EXPECT_EQ(asked(), R"(CreateLogGroup {"logGroupName":"g"})");
  reply(aws_error("ResourceAlreadyExistsException"));
  EXPECT_EQ(asked().substr(0, 15), "CreateLogStream");
  reply(aws_error("ResourceAlreadyExistsException"));
  EXPECT_FALSE(made_.under_way());
  EXPECT_EQ(made_.failure(), "");
}

TEST_F(creating, a_stream_whose_group_is_missing_after_all_gets_one) {
  ASSERT_TRUE(begin(false));
  reply(aws_error("ResourceNotFoundException"));
  EXPECT_EQ(asked().substr(0, 14), "CreateLogGroup");
  reply(answer(200));
  reply(aws_error("ResourceNotFoundException"));  // not everywhere yet
  EXPECT_EQ(asked(), "");
  now_ += 1s;
  EXPECT_EQ(asked().substr(0, 15), "CreateLogStream");
}

TEST_F(creating, waits_longer_each_time_and_gives_up_after_five_attempts) {
  ASSERT_TRUE(begin(false));
  for (int attempt = 1; attempt < 5; ++attempt) {
    EXPECT_NE(asked(), "") << attempt;
    reply(attempt % 2 == 0 ? sonde::tests::no_answer() : aws_error("OperationAbortedException"));
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(made_.due(), now_ + 100ms * (1 << attempt));
    EXPECT_NE(made_.failure(), "");
    now_ = made_.due();
  }
  reply(aws_error("ThrottlingException", "Rate exceeded"));
  EXPECT_FALSE(made_.under_way());
  EXPECT_EQ(made_.failure(),
            "the log stream 's' of group 'g' is not there and cannot be created: ThrottlingException from http://h:1/ (from E): "
            "\"Rate exceeded\" (request 7d2c-1); gave up after 5 attempts");
  EXPECT_FALSE(begin(false));
  EXPECT_EQ(made_.due(), time_point::max());
  now_ += 1min;
  EXPECT_TRUE(begin(false));
}

TEST_F(creating, a_denied_permission_is_named) {
  ASSERT_TRUE(begin(true));
  reply(aws_error("AccessDeniedException", "User: arn:aws:iam::1:user/u is not authorized"));
  EXPECT_FALSE(made_.under_way());
  EXPECT_EQ(made_.failure(),
            "the log group 'g' is not there and cannot be created: AccessDeniedException from http://h:1/ (from E): \"User: "
            "arn:aws:iam::1:user/u is not authorized\" (request 7d2c-1); the keys AKID… from code need the permission "
            "logs:CreateLogGroup on the log group 'g' in r-1");
}

TEST_F(creating, lines_arrive_though_nobody_may_say_how_long_they_are_kept) {
  used_.retention_days = 30;
  ASSERT_TRUE(begin(true));
  reply(answer(200));
  reply(aws_error("AccessDeniedException"));
  EXPECT_EQ(asked().substr(0, 15), "CreateLogStream");
  reply(answer(200));
  EXPECT_FALSE(made_.under_way());
  EXPECT_EQ(made_.failure(), "");
  const std::string remark = made_.take_remark();
  EXPECT_NE(remark.find("'g' was created, but keeps lines for ever"), std::string::npos);
  EXPECT_NE(remark.find("logs:PutRetentionPolicy"), std::string::npos);
  EXPECT_EQ(made_.take_remark(), "");
}

TEST_F(creating, what_was_given_up_at_a_deadline_changes_nothing) {
  ASSERT_TRUE(begin(false));
  sonde::transport::response aborted;
  aborted.outcome = sonde::transport::outcome::aborted;
  reply(aborted);
  EXPECT_TRUE(made_.under_way());
  EXPECT_NE(asked(), "");
}

}  // namespace
