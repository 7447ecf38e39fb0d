// SPDX-License-Identifier: MIT

#include <sonde/environment/secret.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;

TEST(secret, four_characters_are_shown_of_sixteen_or_more) {
  EXPECT_EQ(environment::masked("0123456789abcdef"), "0123…");
  EXPECT_EQ(environment::masked(std::string(1000, 'x')), "xxxx…");
}

TEST(secret, nothing_is_shown_of_a_shorter_one) {
  EXPECT_EQ(environment::masked("0123456789abcde"), "(set)");
  EXPECT_EQ(environment::masked("x"), "(set)");
  EXPECT_EQ(environment::masked(""), "(empty)");
}

TEST(secret, what_could_garble_a_terminal_is_not_shown) {
  EXPECT_EQ(environment::masked("\x1b[31m0123456789abcdef"), "(set)");
  EXPECT_EQ(environment::masked("abcé0123456789abcdef"), "(set)");  // four bytes would cut the é in half
}

static_assert(environment::is_secret_name("ROLLBAR_ACCESS_TOKEN") && environment::is_secret_name("x-api-key"));
static_assert(environment::is_secret_name("OTEL_EXPORTER_OTLP_TRACES_HEADERS"));
static_assert(environment::is_secret_name("Authorization") && environment::is_secret_name("AWS_SECRET_ACCESS_KEY"));
static_assert(!environment::is_secret_name("OTEL_SERVICE_NAME") && !environment::is_secret_name("content-type"));

TEST(secret, headers_are_shown_by_name) {
  EXPECT_EQ(environment::mask_headers({{"x-honeycomb-team", "abcdefghijklmnopqrstuv"}, {"x-other", "short"}}),
            "x-honeycomb-team: abcd…, x-other: (set)");
  EXPECT_EQ(environment::mask_headers({}), "(none)");
}

TEST(secret, a_key_written_where_a_name_belongs_is_masked_too) {
  EXPECT_EQ(environment::mask_headers({{"c2VjcmV0IHNlY3JldA", ""}}), "c2Vj…: (empty)");
  EXPECT_EQ(environment::shown_header_name("authorization"), "authorization");
}

}  // namespace
