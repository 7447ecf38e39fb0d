// SPDX-License-Identifier: MIT
// Source: OTLP specification 1.11, "Partial Success" and "JSON Protobuf Encoding".

#include <sonde/otlp/response_json.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

namespace otlp = sonde::otlp;

TEST(response_json, tells_how_many_were_rejected_as_number_or_as_text) {
  EXPECT_EQ(otlp::read_json_partial_success(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}})").rejected, 3u);
  EXPECT_EQ(otlp::read_json_partial_success(R"({"partialSuccess":{"rejectedSpans":3}})").rejected, 3u);
  EXPECT_EQ(otlp::read_json_partial_success(R"({"partialSuccess":{"rejectedLogRecords":"7"}})").rejected, 7u);
  EXPECT_EQ(otlp::read_json_partial_success(R"({"partialSuccess":{"errorMessage":"careful"}})").message, "careful");
}

TEST(response_json, says_nothing_where_nothing_can_be_read) {
  for (const std::string& reply :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"null"}, std::string{R"({"partialSuccess":[]})"},
        std::string{R"({"partialSuccess":{"rejectedSpans":-1,"errorMessage":5}})"},
        std::string{R"({"partialSuccess":{"rejectedSpans":"many"}})"}, std::string(100'000, '['),
        std::string{"{\"a\":"} + std::string(1000, '[') + std::string(1000, ']') + "}", std::string{"\xff\xfe\0{}", 5}}) {
    const otlp::json_partial_success read = otlp::read_json_partial_success(reply);
    EXPECT_EQ(read.rejected, 0u) << reply.substr(0, 60);
    EXPECT_EQ(read.message, "") << reply.substr(0, 60);
  }
}

TEST(response_json, has_the_message_of_a_status) {
  EXPECT_EQ(otlp::read_json_error(R"({"code":3,"message":"bad id"})"), "bad id");
  EXPECT_EQ(otlp::read_json_error(R"({"code":3})"), "");
  EXPECT_EQ(otlp::read_json_error("<html>"), "");
}

}  // namespace
