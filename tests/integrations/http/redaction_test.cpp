// SPDX-License-Identifier: MIT

#include <sonde/integrations/http/redaction.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::http::is_secret_header;
using sonde::http::shown_query;
using sonde::http::shown_url;
using sonde::http::split_url;

// Semantic conventions 1.44.0, "HTTP spans": the list of query keys, and the form of what is left.
TEST(redaction, of_the_parameters_the_conventions_list) {
  EXPECT_EQ(shown_query("q=OpenTelemetry&sig=secret"), "q=OpenTelemetry&sig=REDACTED");
  for (const char* name : {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "sig", "X-Goog-Signature",
                           "AWSAccessKeyId", "Signature"})
    EXPECT_EQ(shown_query(std::string{"a=b&"} + name + "=secret&c=d"), std::string{"a=b&"} + name + "=REDACTED&c=d");
}

TEST(redaction, leaves_all_else_as_it_is) {
  for (const char* query : {"", "a", "a=", "&", "&&a=b&", "SIG=kept", "signature=kept", "sig", "a=sig=kept", "xsig=kept"})
    EXPECT_EQ(shown_query(query), query);
  EXPECT_EQ(shown_query("sig="), "sig=REDACTED");
  EXPECT_EQ(shown_query("sig=a=b&sig=c"), "sig=REDACTED&sig=REDACTED");
}

TEST(redaction, of_urls) {
  EXPECT_EQ(shown_url(split_url("https://username:password@www.example.com/")), "https://REDACTED:REDACTED@www.example.com/");
  EXPECT_EQ(shown_url(split_url("https://token@h:8/a?sig=x&b=c#secret")), "https://REDACTED:REDACTED@h:8/a?sig=REDACTED&b=c");
  EXPECT_EQ(shown_url(split_url("https://www.example.com/path?color=blue&sig=secret")),
            "https://www.example.com/path?color=blue&sig=REDACTED");
}

TEST(redaction, of_headers) {
  for (const char* name : {"Authorization", "cookie", "Set-Cookie", "PROXY-AUTHORIZATION", "X-API-Key", "x-amz-security-token",
                           "X-CSRF-Token", "X-Auth-User", "x-honeycomb-apikey", "X-Session-Id", "Proxy-Authentication-Info"})
    EXPECT_TRUE(is_secret_header(name)) << name;
  for (const char* name : {"Accept", "Content-Type", "X-Request-Id", "X-Forwarded-For", "traceparent", "User-Agent", ""})
    EXPECT_FALSE(is_secret_header(name)) << name;
}

}  // namespace
