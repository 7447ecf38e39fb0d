// SPDX-License-Identifier: MIT

#include <sonde/adapters/cloudwatch/reply.hpp>

#include <string>

#include <gtest/gtest.h>

#include "adapters/cloudwatch/replies.hpp"

namespace {

using sonde::cloudwatch::error_reply;
using sonde::cloudwatch::meaning;
using sonde::cloudwatch::read_error;
using sonde::cloudwatch::read_rejected;
using sonde::tests::answer;
using sonde::tests::aws_error;

std::string name_of(const sonde::transport::response& reply) { return read_error(reply).name; }
meaning meaning_of(const std::string& name, int status = 400) { return read_error(aws_error(name, "told", status)).meaning; }

TEST(cloudwatch_reply, takes_the_name_out_of_whatever_is_around_it) {
  EXPECT_EQ(name_of(aws_error("ThrottlingException")), "ThrottlingException");
  EXPECT_EQ(name_of(aws_error("com.amazonaws.logs#ThrottlingException")), "ThrottlingException");
  EXPECT_EQ(name_of(aws_error("ThrottlingException:http://internal.amazon.com/coral/com.amazonaws.logs/")),
            "ThrottlingException");
  auto by_header = answer(400, "{}");
  by_header.headers.emplace_back("x-amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/");
  EXPECT_EQ(name_of(by_header), "ThrottlingException");
}

TEST(cloudwatch_reply, a_reply_without_a_name_is_called_by_its_status) {
  EXPECT_EQ(name_of(answer(503, "<html>Service Unavailable</html>")), "HTTP 503");
  EXPECT_EQ(name_of(answer(400)), "HTTP 400");
  EXPECT_EQ(name_of(aws_error("\\u001b[31m")), "HTTP 400");  // no word
  EXPECT_EQ(read_error(answer(503, "<html>busy</html>")).message, "<html>busy</html>");
}

TEST(cloudwatch_reply, finds_the_message_in_either_spelling) {
  EXPECT_EQ(read_error(answer(400, R"({"__type":"X","message":"a"})")).message, "a");
  EXPECT_EQ(read_error(answer(400, R"({"__type":"X","Message":"b"})")).message, "b");
  EXPECT_EQ(read_error(answer(400, R"({"__type":"X","message":7})")).message, "");
}

TEST(cloudwatch_reply, knows_what_to_do_about_each_error) {
  EXPECT_EQ(meaning_of("ResourceNotFoundException"), meaning::missing);
  EXPECT_EQ(meaning_of("ResourceAlreadyExistsException"), meaning::already_there);
  EXPECT_EQ(meaning_of("DataAlreadyAcceptedException"), meaning::already_there);
  for (const char* const name : {"OperationAbortedException", "ThrottlingException", "LimitExceededException"})
    EXPECT_EQ(meaning_of(name), meaning::busy) << name;
  for (const char* const name : {"ServiceUnavailableException", "InternalFailure", "SomethingNew"})
    EXPECT_EQ(meaning_of(name, 500), meaning::busy) << name;
  for (const char* const name : {"ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException",
                                 "MissingAuthenticationTokenException"})
    EXPECT_EQ(meaning_of(name), meaning::keys) << name;
  EXPECT_EQ(meaning_of("AccessDeniedException"), meaning::permission);
  EXPECT_EQ(meaning_of("RequestTimeTooSkewed", 403), meaning::clock);
  EXPECT_EQ(meaning_of("InvalidParameterException"), meaning::refused);
  EXPECT_EQ(read_error(answer(429)).meaning, meaning::busy);
  EXPECT_EQ(read_error(answer(413)).meaning, meaning::too_large);
  EXPECT_EQ(read_error(answer(403)).meaning, meaning::permission);
  EXPECT_EQ(read_error(answer(404)).meaning, meaning::refused);
}

TEST(cloudwatch_reply, an_expired_signature_is_a_matter_of_the_clock) {
  const error_reply made =
      read_error(aws_error("InvalidSignatureException", "Signature expired: 20261121T000000Z is now earlier"));
  EXPECT_EQ(made.meaning, meaning::clock);
  EXPECT_EQ(read_error(aws_error("InvalidSignatureException", "Signature not yet current: 2026")).meaning, meaning::clock);
}

std::string rejected_info(const std::string& members) {
  return R"({"nextSequenceToken":"1","rejectedLogEventsInfo":{)" + members + "}}";
}

TEST(cloudwatch_reply, a_plain_success_rejects_nothing) {
  for (const char* const body :
       {"", "{}", "null", "[]", "{", R"({"rejectedLogEventsInfo":null})", R"({"nextSequenceToken":"1"})"})
    EXPECT_EQ(read_rejected(body, 10).all(), 0u) << body;
}

// The indices as the API reference has them: ends are exclusive, the start is inclusive.
TEST(cloudwatch_reply, rejected_events_are_counted_by_their_indices) {
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":3)"), 10).too_old, 3u);
  EXPECT_EQ(read_rejected(rejected_info(R"("expiredLogEventEndIndex":4,"tooOldLogEventEndIndex":3)"), 10).too_old, 4u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooNewLogEventStartIndex":8)"), 10).too_new, 2u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooNewLogEventStartIndex":0)"), 10).too_new, 10u);
  const auto both = read_rejected(rejected_info(R"("tooOldLogEventEndIndex":1,"tooNewLogEventStartIndex":9)"), 10);
  EXPECT_EQ(both.too_old, 1u);
  EXPECT_EQ(both.too_new, 1u);
}

TEST(cloudwatch_reply, indices_that_cannot_be_reject_no_more_than_there_was) {
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":99)"), 10).too_old, 10u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":99)"), 10).too_new, 0u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":8,"tooNewLogEventStartIndex":2)"), 10).all(), 10u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooNewLogEventStartIndex":-5)"), 10).all(), 10u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":-5)"), 10).all(), 0u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":18446744073709551615)"), 10).all(), 0u);
  EXPECT_EQ(read_rejected(rejected_info(R"("tooOldLogEventEndIndex":"3")"), 10).all(), 0u);
}

TEST(cloudwatch_reply, one_nested_without_end_does_no_harm) {
  const std::string deep = std::string(32'000, '[') + std::string(32'000, ']');
  EXPECT_TRUE(sonde::cloudwatch::reply_object("{\"message\": " + deep + "}").contains("message"));
}

}  // namespace
