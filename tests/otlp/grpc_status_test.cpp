// SPDX-License-Identifier: MIT
// The bytes of google.rpc.Status with RetryInfo come from protobuf's own Python package:
//   status_pb2.Status(code=14, message="busy", details=[any.Pack(RetryInfo(retry_delay=Duration(seconds=3, nanos=250000000)))])

#include <sonde/otlp/grpc_status.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
namespace otlp = sonde::otlp;
using otlp::grpc_code;

static_assert(otlp::grpc_code_of("0") == grpc_code::ok);
static_assert(otlp::grpc_code_of("14") == grpc_code::unavailable);
static_assert(otlp::grpc_code_of("16") == grpc_code::unauthenticated);

TEST(grpc_status, of_a_number_without_a_name_is_unknown) {
  for (const char* digits : {"", "17", "99999999999999999999", "-1", "1x", " 0"})
    EXPECT_EQ(otlp::grpc_code_of(digits), grpc_code::unknown) << digits;
}

TEST(grpc_status, has_the_names_of_the_documents) {
  EXPECT_EQ(otlp::name_of(grpc_code::ok), "OK");
  EXPECT_EQ(otlp::name_of(grpc_code::resource_exhausted), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(otlp::name_of(grpc_code::unimplemented), "UNIMPLEMENTED");
  EXPECT_EQ(otlp::name_of(grpc_code::unauthenticated), "UNAUTHENTICATED");
}

TEST(grpc_status, is_retried_where_the_protocol_says_so) {
  for (const int number : {1, 4, 10, 11, 14, 15}) EXPECT_TRUE(otlp::is_retryable(static_cast<grpc_code>(number))) << number;
  for (const int number : {0, 2, 3, 5, 6, 7, 8, 9, 12, 13, 16})
    EXPECT_FALSE(otlp::is_retryable(static_cast<grpc_code>(number))) << number;
}

TEST(grpc_status, of_an_answer_without_one_comes_from_http) {
  EXPECT_EQ(otlp::grpc_code_of_http(400), grpc_code::internal);
  EXPECT_EQ(otlp::grpc_code_of_http(401), grpc_code::unauthenticated);
  EXPECT_EQ(otlp::grpc_code_of_http(403), grpc_code::permission_denied);
  EXPECT_EQ(otlp::grpc_code_of_http(404), grpc_code::unimplemented);
  for (const int status : {429, 502, 503, 504}) EXPECT_EQ(otlp::grpc_code_of_http(status), grpc_code::unavailable);
  for (const int status : {200, 204, 413, 500}) EXPECT_EQ(otlp::grpc_code_of_http(status), grpc_code::unknown);
}

TEST(grpc_status, tells_how_long_the_server_wants_to_be_left_alone) {
  const std::string with = "CA4SBGJ1c3kaNQoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIJCgcIAxCA5Zp3";
  EXPECT_EQ(otlp::read_retry_info(with), 3250ms);
}

TEST(grpc_status, tells_nothing_where_there_is_no_retry_info_or_none_that_can_be_read) {
  EXPECT_EQ(otlp::read_retry_info(""), std::nullopt);
  EXPECT_EQ(otlp::read_retry_info("CA4SBGJ1c3k"), std::nullopt);  // a status without details
  EXPECT_EQ(otlp::read_retry_info("!!!"), std::nullopt);
  EXPECT_EQ(otlp::read_retry_info("CA4SBGJ1c3kaNAoodHlwZS5nb29nbGVhcGlz"), std::nullopt);  // cut off
}

TEST(grpc_status, without_a_delay_leaves_the_wait_to_us) {
  // RetryInfo without retry_delay: the Any holds the type alone.
  EXPECT_EQ(otlp::read_retry_info("GioKKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5SZXRyeUluZm8="), 0ms);
}

}  // namespace
