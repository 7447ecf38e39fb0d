// SPDX-License-Identifier: MIT

#include <sonde/environment/key_values.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using environment::pair_kind;
using environment::pairs;

environment::parsed_pairs headers(std::string_view text) {
  return environment::parse_key_values(text, pair_kind::headers);
}
environment::parsed_pairs attributes(std::string_view text) {
  return environment::parse_key_values(text, pair_kind::attributes);
}
using complaints = std::vector<std::string>;

TEST(key_values, valid_headers_survive_bad_neighbours) {
  const auto parsed = headers("a=b=c, d = e%2Cf ,=x,g");
  EXPECT_EQ(parsed.members, (pairs{{"a", "b=c"}, {"d", "e,f"}}));
  EXPECT_EQ(parsed.complaints, (complaints{"member 3 ((set)) has no name before '='", "member 4 ((set)) has no '='"}));
}

TEST(key_values, plus_stays_and_empty_members_are_nothing) {
  const auto parsed = headers(",a=x+y%20z,, ,");
  EXPECT_EQ(parsed.members, (pairs{{"a", "x+y z"}}));
  EXPECT_TRUE(parsed.complaints.empty());
}

TEST(key_values, a_header_cannot_smuggle_another) {
  for (const char* injected : {"a=x%0D%0AHost: evil", "a=x%0a", "a=%00", "a b=x", "a:=x", "é=x"}) {
    const auto parsed = headers(injected);
    EXPECT_TRUE(parsed.members.empty()) << injected;
    EXPECT_EQ(parsed.complaints.size(), 1U) << injected;
  }
}

TEST(key_values, a_key_nobody_substituted_is_named) {
  const auto parsed = headers("x-honeycomb-team=${HONEYCOMB_API_KEY},x-other=");
  EXPECT_TRUE(parsed.members.empty());
  EXPECT_EQ(parsed.complaints,
            (complaints{"member 1 (x-honeycomb-team) has the value '${HONEYCOMB_API_KEY}', which the shell or compose "
                        "file did not substitute",
                        "member 2 (x-other) is empty: the shell or compose file had nothing to substitute"}));
}

TEST(key_values, complaints_do_not_tell_keys) {
  const std::string key = "sk0123456789012345678901234567";
  for (const std::string& wrong : {key, "=" + key, key + "=", "x-team=" + key + "%", "x-team=" + key + "%0d"}) {
    const auto parsed = headers(wrong);
    ASSERT_EQ(parsed.complaints.size(), 1U) << wrong;
    EXPECT_EQ(parsed.complaints[0].find(key.substr(0, 8)), std::string::npos) << parsed.complaints[0];
  }
}

TEST(key_values, the_last_of_equal_keys_wins) {
  EXPECT_EQ(headers("X-Team=1,b=2,x-team=3").members, (pairs{{"X-Team", "3"}, {"b", "2"}}));
  EXPECT_EQ(attributes("k=1,K=2,k=3").members, (pairs{{"k", "3"}, {"K", "2"}}));
}

TEST(key_values, attributes_are_all_or_nothing) {
  EXPECT_EQ(attributes("a=1, b%2Cc = x%3Dy ,empty=").members, (pairs{{"a", "1"}, {"b,c", "x=y"}, {"empty", ""}}));
  for (const char* broken : {"a=1,b=%zz", "a=1,b", "a=1,=2", "a%2=1"}) {
    const auto parsed = attributes(broken);
    EXPECT_TRUE(parsed.members.empty()) << broken;
    EXPECT_EQ(parsed.complaints.size(), 1U) << broken;
  }
}

}  // namespace
