// SPDX-License-Identifier: MIT
// Source: gRPC over HTTP2, "Length-Prefixed-Message".

#include <sonde/otlp/grpc_message.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace otlp = sonde::otlp;
using std::string_view_literals::operator""sv;

TEST(grpc_message, has_a_flag_and_its_length_in_front) {
  EXPECT_EQ(otlp::grpc_framed("abc", false), "\0\0\0\0\3abc"sv);
  EXPECT_EQ(otlp::grpc_framed("", true), "\1\0\0\0\0"sv);
  EXPECT_EQ(otlp::grpc_framed(std::string(0x10203, 'x'), false).substr(0, 5), "\0\0\1\2\3"sv);
}

TEST(grpc_message, is_read_from_a_reply) {
  EXPECT_EQ(otlp::grpc_message_in("\0\0\0\0\3abc"sv), "abc");
  EXPECT_EQ(otlp::grpc_message_in("\0\0\0\0\3abcdef"sv), "abc");
}

TEST(grpc_message, is_empty_where_there_is_none_that_can_be_read) {
  for (const std::string_view body : {""sv, "\0"sv, "\0\0\0\0"sv, "\0\0\0\0\4abc"sv, "\1\0\0\0\3abc"sv, "\0\xff\xff\xff\xff" "abc"sv})
    EXPECT_EQ(otlp::grpc_message_in(body), "");
}

}  // namespace
