// SPDX-License-Identifier: MIT

#include <sonde/aws/environment_credentials.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::aws::credential_lookup;
using sonde::aws::environment_credentials;
using sonde::environment::reader;

const std::string id = "AKIDEXAMPLE012345678";
const std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string only_finding(const reader& env) {
  EXPECT_EQ(env.findings().size(), 1U);
  return env.findings().empty() ? "" : env.findings().front().sentence;
}

TEST(environment_credentials, are_an_id_a_secret_and_perhaps_a_token) {
  reader env{{{"AWS_ACCESS_KEY_ID", id}, {"AWS_SECRET_ACCESS_KEY", secret}, {"AWS_SESSION_TOKEN", "token"}}};
  const credential_lookup lookup = environment_credentials(env);
  ASSERT_TRUE(lookup.found);
  EXPECT_EQ(lookup.found->access_key_id, id);
  EXPECT_EQ(lookup.found->secret_access_key, secret);
  EXPECT_EQ(lookup.found->session_token, "token");
  EXPECT_FALSE(lookup.found->expiry);
  EXPECT_EQ(lookup.source, "AWS_ACCESS_KEY_ID");
  EXPECT_TRUE(env.findings().empty());
}

TEST(environment_credentials, that_are_not_there_say_nothing) {
  reader env{{}};
  const credential_lookup lookup = environment_credentials(env);
  EXPECT_FALSE(lookup.found);
  EXPECT_EQ(lookup.refusal, "");
  EXPECT_TRUE(env.findings().empty());
}

TEST(environment_credentials, an_id_without_secret_is_refused) {
  for (const char* missing : {"", "${SECRET}", " \n"}) {
    reader env{{{"AWS_ACCESS_KEY_ID", id}, {"AWS_SECRET_ACCESS_KEY", missing}}};
    const credential_lookup lookup = environment_credentials(env);
    EXPECT_FALSE(lookup.found);
    EXPECT_EQ(lookup.refusal, "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both, or none");
  }
}

TEST(environment_credentials, a_secret_without_id_is_a_finding) {
  reader env{{{"AWS_SECRET_ACCESS_KEY", secret}}};
  EXPECT_EQ(environment_credentials(env).refusal, "");
  EXPECT_EQ(only_finding(env),
            "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not: the environment gives no AWS credentials");
}

TEST(environment_credentials, a_placeholder_is_none_and_a_finding) {
  reader env{{{"AWS_ACCESS_KEY_ID", "${AWS_ACCESS_KEY_ID}"}}};
  const credential_lookup lookup = environment_credentials(env);
  EXPECT_FALSE(lookup.found);
  EXPECT_EQ(lookup.refusal, "");
  EXPECT_NE(only_finding(env).find("did not substitute it"), std::string::npos);
}

TEST(environment_credentials, lose_the_blanks_around_them) {
  reader env{{{"AWS_ACCESS_KEY_ID", id}, {"AWS_SECRET_ACCESS_KEY", " " + secret + "\r\n"}}};
  const credential_lookup lookup = environment_credentials(env);
  ASSERT_TRUE(lookup.found);
  EXPECT_EQ(lookup.found->secret_access_key, secret);
  EXPECT_EQ(only_finding(env), "AWS_SECRET_ACCESS_KEY has blanks or a line break around its value; used without them");
}

TEST(environment_credentials, with_a_line_break_within_are_refused_and_not_shown) {
  reader env{{{"AWS_ACCESS_KEY_ID", id}, {"AWS_SECRET_ACCESS_KEY", secret + "\r\nHost: evil"}}};
  const credential_lookup lookup = environment_credentials(env);
  EXPECT_FALSE(lookup.found);
  EXPECT_EQ(lookup.refusal, "AWS credentials from AWS_ACCESS_KEY_ID: the secret access key has a blank, a line break or "
                            "a character that no key has");
}

TEST(environment_credentials, may_say_when_they_expire) {
  const auto with = [](const char* expiry) {
    return reader{{{"AWS_ACCESS_KEY_ID", id}, {"AWS_SECRET_ACCESS_KEY", secret}, {"AWS_CREDENTIAL_EXPIRATION", expiry}}};
  };
  reader env = with("1970-01-01T00:00:10Z");
  EXPECT_EQ(environment_credentials(env).found->expiry.value().time_since_epoch(), std::chrono::seconds{10});
  reader wrong = with("tomorrow");
  EXPECT_FALSE(environment_credentials(wrong).found->expiry);
  EXPECT_EQ(only_finding(wrong), "AWS_CREDENTIAL_EXPIRATION is not a time like 2026-11-21T15:04:05Z; ignored");
}

}  // namespace
