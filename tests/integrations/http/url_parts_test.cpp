// SPDX-License-Identifier: MIT

#include <sonde/integrations/http/url_parts.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::http::split_authority;
using sonde::http::split_url;

constexpr bool splits_at_compile_time() {
  const auto url = split_url("https://u:p@example.com:8443/a/b?c=d&e#f");
  return url.scheme == "https" && url.userinfo == "u:p" && url.authority == "example.com:8443" && url.path == "/a/b" &&
         url.has_query && url.query == "c=d&e";
}
static_assert(splits_at_compile_time());

TEST(url_parts, of_targets) {
  EXPECT_EQ(split_url("/a?b").path, "/a");
  EXPECT_EQ(split_url("/a?b").query, "b");
  EXPECT_FALSE(split_url("/a").has_query);
  EXPECT_TRUE(split_url("/a?").has_query);
  EXPECT_EQ(split_url("*").path, "*");
  EXPECT_EQ(split_url("").path, "");
  EXPECT_EQ(split_url("/a?next=http://b/c").path, "/a");
  EXPECT_EQ(split_url("/a?b?c").query, "b?c");
  EXPECT_EQ(split_url("/go/http://b/c").path, "/go/http://b/c");
  EXPECT_EQ(split_url("/go/http://b/c").authority, "");
}

TEST(url_parts, of_urls) {
  EXPECT_EQ(split_url("http://h").authority, "h");
  EXPECT_EQ(split_url("http://h").path, "");
  EXPECT_EQ(split_url("http://h?q").query, "q");
  EXPECT_EQ(split_url("http://a@b@h/").userinfo, "a@b");
  EXPECT_EQ(split_url("http://a@b@h/").authority, "h");
  EXPECT_EQ(split_url("http://h/a@b").userinfo, "");
}

// What libcurl makes of them (curl_url_set with CURLU_GUESS_SCHEME), or refuses; a password must be known as one either way.
TEST(url_parts, of_urls_as_clients_take_them) {
  const auto is = [](std::string_view url, std::string_view scheme, std::string_view userinfo, std::string_view authority,
                     std::string_view path) {
    const auto parts = sonde::http::split_client_url(url);
    EXPECT_EQ(parts.scheme, scheme) << url;
    EXPECT_EQ(parts.userinfo, userinfo) << url;
    EXPECT_EQ(parts.authority, authority) << url;
    EXPECT_EQ(parts.path, path) << url;
  };
  is("http://h:80/a", "http", "", "h:80", "/a");
  is("http://u:p@h/a", "http", "u:p", "h", "/a");
  is("http:///u:p@h/a", "http", "u:p", "h", "/a");
  is("http:/u:p@h/a", "http", "u:p", "h", "/a");
  is("http:////u:p@h/a", "http", "u:p", "h", "/a");
  is("http://u:p/w@h/a", "http", "u:p/w", "h", "/a");
  is("http://u:p?w@h/a", "http", "u:p?w", "h", "/a");
  is("http://u:p#w@h/a", "http", "u:p#w", "h", "/a");
  is("http://u:/p@h/a", "http", "", "u:", "/p@h/a");  // a port may be empty
  is("u:p@h/a", "", "u:p", "", "h/a");
  is("u:p/w@h/a", "", "u:p/w", "", "h/a");
  is("u:p@h/a?to=http://b", "", "u:p", "", "h/a");
  // what is no password
  is("http://h/@handle", "http", "", "h", "/@handle");
  is("http://h:8080/api/activities/@handle", "http", "", "h:8080", "/api/activities/@handle");
  is("http://[::1]:8080/@handle", "http", "", "[::1]:8080", "/@handle");
  is("http://h?q=a@b", "http", "", "h", "");
  is("http://h/#a@b", "http", "", "h", "/");
  is("h:8080/@handle", "", "", "", "h:8080/@handle");
  is("file:///home/a@b", "file", "", "", "/home/a@b");
  is("file:/home/a@b", "file", "", "", "/home/a@b");
  is("not a url", "", "", "", "not a url");
  is("", "", "", "", "");
}

TEST(url_parts, of_authorities) {
  const auto is = [](std::string_view authority, std::string_view host, int port) {
    const auto parts = split_authority(authority);
    EXPECT_EQ(parts.host, host) << authority;
    EXPECT_EQ(parts.port, port) << authority;
  };
  is("example.com", "example.com", 0);
  is("example.com:80", "example.com", 80);
  is("example.com:", "example.com", 0);
  is("127.0.0.1:65535", "127.0.0.1", 65535);
  is("a:65536", "a", 0);
  is("a:123456", "a", 0);
  is("a:8x", "a", 0);
  is("[::1]:8080", "::1", 8080);
  is("[::1]", "::1", 0);
  is("[::1", "[::1", 0);
  is("[::1]8080", "::1", 0);
  is("2001:db8::1", "2001:db8::1", 0);
  is("", "", 0);
  is(":80", "", 80);
}

TEST(url_parts, of_anything_lie_within_it) {
  std::mt19937 random{3};
  const std::string_view alphabet = "ab:/?#@[].%0";
  for (int round = 0; round < 20000; ++round) {
    std::string url(random() % 24, ' ');
    for (char& c : url) c = alphabet[random() % alphabet.size()];
    for (const auto& parts : {split_url(url), sonde::http::split_client_url(url)}) {
      const auto authority = split_authority(parts.authority);
      for (const std::string_view part : {parts.scheme, parts.userinfo, parts.authority, parts.path, parts.query, authority.host}) {
        if (part.empty()) continue;
        ASSERT_GE(part.data(), url.data()) << url;
        ASSERT_LE(part.data() + part.size(), url.data() + url.size()) << url;
      }
    }
  }
}

}  // namespace
