// SPDX-License-Identifier: MIT

#include <sonde/transport/url.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

namespace transport = sonde::transport;
using transport::parse_url;

TEST(url, comes_apart) {
  const auto parsed = parse_url("HTTPS://user:pw@api.example.com:8443/base/path?a=b?c");
  ASSERT_TRUE(parsed) << parsed.error;
  EXPECT_EQ(parsed.url.scheme, "https");
  EXPECT_EQ(parsed.url.userinfo, "user:pw");
  EXPECT_EQ(parsed.url.host, "api.example.com");
  EXPECT_EQ(parsed.url.port, 8443);
  EXPECT_EQ(parsed.url.path, "/base/path");
  EXPECT_EQ(parsed.url.query, "a=b?c");
  EXPECT_EQ(parsed.url.authority(), "api.example.com:8443");
  EXPECT_EQ(parsed.url.text(), "https://user:pw@api.example.com:8443/base/path?a=b?c");
}

TEST(url, what_is_left_out_has_a_default) {
  EXPECT_EQ(parse_url("http://h").url.port, 80);
  EXPECT_EQ(parse_url("https://h").url.port, 443);
  EXPECT_EQ(parse_url("http://h").url.path, "/");
  EXPECT_EQ(parse_url("http://h?q").url.path, "/");
  EXPECT_EQ(parse_url("http://h?q").url.query, "q");
  EXPECT_EQ(parse_url("http://h:/").url.port, 80);
  EXPECT_EQ(parse_url("http://h").url.text(), "http://h/");
}

TEST(url, ipv6_addresses_wear_brackets) {
  const auto parsed = parse_url("http://[::1]:4318/v1");
  ASSERT_TRUE(parsed) << parsed.error;
  EXPECT_EQ(parsed.url.host, "::1");
  EXPECT_EQ(parsed.url.port, 4318);
  EXPECT_EQ(parsed.url.authority(), "[::1]:4318");
  EXPECT_EQ(parsed.url.text(), "http://[::1]:4318/v1");
  EXPECT_EQ(parse_url("http://[fe80::1%25eth0]").url.text(), "http://[fe80::1%25eth0]/");
}

TEST(url, an_at_sign_behind_the_authority_is_no_user) {
  EXPECT_EQ(parse_url("http://h/a@b").url.host, "h");
  EXPECT_EQ(parse_url("http://h?a@b").url.host, "h");
}

TEST(url, refusals_say_what_is_wrong) {
  const auto why = [](std::string_view text) { return parse_url(text).error; };
  EXPECT_EQ(why(""), "'' is not a URL");
  EXPECT_EQ(why("localhost:4318"), "'localhost:4318' has no scheme: write http://localhost:4318");
  EXPECT_EQ(why("ftp://h/"), "'ftp://h/' is neither an http nor an https URL");
  EXPECT_EQ(why("file:///etc/passwd"), "'file:///etc/passwd' is neither an http nor an https URL");
  EXPECT_EQ(why("http://"), "'http://' has no host");
  EXPECT_EQ(why("http:///v1"), "'http:///v1' has no host");
  EXPECT_EQ(why("http://:4318"), "'http://:4318' has no host");
  EXPECT_EQ(why("http://[::1"), "'http://[::1' has a '[' without its ']'");
  EXPECT_EQ(why("http://[::1]4318"), "'http://[::1]4318' has something other than a port behind its ']'");
  EXPECT_EQ(why("http://[host]/"), "'http://[host]/' has a host that cannot be one");
  EXPECT_EQ(why("http://${HOST}/"), "'http://${HOST}/' has a host that cannot be one");
  EXPECT_EQ(why("http://h/#top"), "'http://h/' has a '#', which no request can carry");
  EXPECT_EQ(why("http://h/\r\nX: y"), "'http://h/??X: y' has a blank or a control character in it");
  EXPECT_EQ(why(" http://h/"), "' http://h/' has a blank or a control character in it");
  for (const char* port :
       {"http://h:0", "http://h:65536", "http://h:x", "http://h:-1", "http://h:80x", "http://fe80::1/"})
    EXPECT_NE(why(port).find("has a port that is not a number from 1 to 65535"), std::string::npos) << port;
}

TEST(url, passwords_and_queries_are_not_shown) {
  EXPECT_EQ(parse_url("https://u:secret@h/p?key=secret").url.shown(), "https://REDACTED:REDACTED@h/p?…");
  EXPECT_EQ(parse_url("https://h/p").url.shown(), "https://h/p");
  for (const char* wrong :
       {"ftp://u:secret@h/", "u:secret@h", "http://u:secret@/", "http://h:x?key=secret", "h?key=secret"})
    EXPECT_EQ(parse_url(wrong).error.find("secret"), std::string::npos) << parse_url(wrong).error;
}

TEST(url, paths_join_with_one_slash) {
  const auto joined = [](std::string_view base, std::string_view path) {
    return transport::join_path(parse_url(base).url, path).text();
  };
  EXPECT_EQ(joined("http://h:4318", "/v1/traces"), "http://h:4318/v1/traces");
  EXPECT_EQ(joined("http://h:4318/", "/v1/traces"), "http://h:4318/v1/traces");
  EXPECT_EQ(joined("http://h:4318/base", "v1/traces"), "http://h:4318/base/v1/traces");
  EXPECT_EQ(joined("http://h:4318/base//", "/v1/traces"), "http://h:4318/base/v1/traces");
  EXPECT_EQ(joined("http://[::1]:4318/base?q=1", "/v1/traces"), "http://[::1]:4318/base/v1/traces?q=1");
}

TEST(url, loopback_is_known_by_name) {
  for (const char* here : {"localhost", "LOCALHOST", "127.0.0.1", "127.255.255.254", "::1"})
    EXPECT_TRUE(transport::is_loopback(here)) << here;
  for (const char* elsewhere : {"localhost.example.com", "128.0.0.1", "127.0.0", "127.0.0.1.example.com", "127.0.0.256",
                                "127.0.0.", "0.0.0.0", "::2", "", "127.0.0.1.1"})
    EXPECT_FALSE(transport::is_loopback(elsewhere)) << elsewhere;
}

TEST(url, knows_the_addresses_where_a_machine_tells_about_itself) {
  for (const std::string_view own : {"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fd00:ec2::23"})
    EXPECT_TRUE(transport::is_link_local(own)) << own;
  for (const std::string_view other : {"169.255.0.1", "1169.254.1.1", "example.com", "", "fd00:ec2::25"})
    EXPECT_FALSE(transport::is_link_local(other)) << other;
}

}  // namespace
