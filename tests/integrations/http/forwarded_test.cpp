// SPDX-License-Identifier: MIT

#include <sonde/integrations/http/forwarded.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::http::parse_forwarded;

// The examples of RFC 7239, sections 4 and 7.
TEST(forwarded, examples_of_the_specification) {
  EXPECT_EQ(parse_forwarded("for=\"_gazonk\"").client, "");
  EXPECT_EQ(parse_forwarded("For=\"[2001:db8:cafe::17]:4711\"").client, "2001:db8:cafe::17");
  const auto all = parse_forwarded("for=192.0.2.60;proto=http;by=203.0.113.43");
  EXPECT_EQ(all.client, "192.0.2.60");
  EXPECT_EQ(all.scheme, "http");
  EXPECT_EQ(all.host, "");
  EXPECT_EQ(parse_forwarded("for=192.0.2.43, for=198.51.100.17").client, "192.0.2.43");
  EXPECT_EQ(parse_forwarded("for=192.0.2.43, for=\"[2001:db8:cafe::17]\";host=later").host, "");
  EXPECT_EQ(parse_forwarded("for=unknown").client, "");
}

TEST(forwarded, quotes_and_blanks) {
  const auto all = parse_forwarded(" proto=https ; host=\"example.com:8443\";for=\"192.0.2.1:80\"");
  EXPECT_EQ(all.scheme, "https");
  EXPECT_EQ(all.host, "example.com:8443");
  EXPECT_EQ(all.client, "192.0.2.1");
  EXPECT_EQ(parse_forwarded("for=\"a;b,c\"").client, "a;b,c");
}

TEST(forwarded, anything_comes_to_an_end) {
  std::mt19937 random{3};
  const std::string_view alphabet = "for=\"[];,: a_";
  for (int round = 0; round < 20000; ++round) {
    std::string value(random() % 20, ' ');
    for (char& c : value) c = alphabet[random() % alphabet.size()];
    ASSERT_LE(parse_forwarded(value).client.size(), value.size());
  }
}

}  // namespace
