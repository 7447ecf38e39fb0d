// SPDX-License-Identifier: MIT
// The order of the kinds is compared with the AWS CLI's library in tests/interop/check_aws.py; here are the sentences.

#include <sonde/aws/profile_credentials.hpp>

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace sonde::aws;
using sonde::environment::reader;

shared_profile with(ini_options in_credentials, ini_options in_config = {}) {
  shared_profile profile;
  profile.name = "dev";
  profile.found = true;
  profile.credentials_file = "/home/me/.aws/credentials";
  profile.config_file = "/home/me/.aws/config";
  profile.in_credentials = std::move(in_credentials);
  profile.in_config = std::move(in_config);
  return profile;
}
credential_lookup look_up(const shared_profile& profile) {
  reader nothing{{}};
  return profile_credentials(profile, nothing);
}

TEST(profile_credentials, are_the_keys_of_the_credentials_file_or_else_of_the_config_file) {
  const ini_options one{{"aws_access_key_id", "one"}, {"aws_secret_access_key", "s1"}, {"aws_session_token", "t1"}};
  const ini_options two{{"aws_access_key_id", "two"}, {"aws_secret_access_key", "s2"}};
  const credential_lookup both = look_up(with(one, two));
  ASSERT_TRUE(both.found);
  EXPECT_EQ(both.found->access_key_id, "one");
  EXPECT_EQ(both.found->secret_access_key, "s1");
  EXPECT_EQ(both.found->session_token, "t1");
  EXPECT_EQ(both.source, "profile 'dev' in /home/me/.aws/credentials");
  const credential_lookup config = look_up(with({}, two));
  ASSERT_TRUE(config.found);
  EXPECT_EQ(config.found->secret_access_key, "s2");
  EXPECT_EQ(config.source, "profile 'dev' in /home/me/.aws/config");
}

TEST(profile_credentials, that_are_not_there_say_nothing) {
  const credential_lookup lookup = look_up(with({{"region", "x"}}));
  EXPECT_FALSE(lookup.found);
  EXPECT_EQ(lookup.refusal, "");
}

TEST(profile_credentials, with_a_part_missing_are_refused) {
  EXPECT_EQ(look_up(with({{"aws_access_key_id", "AKIDEXAMPLE0123456"}})).refusal,
            "AWS credentials from profile 'dev' in /home/me/.aws/credentials: the secret access key is empty");
}

TEST(profile_credentials, of_kinds_that_sonde_does_not_do_are_refused_with_a_way_out) {
  const std::string way_out =
      ", which sonde does not do: give it keys (`aws configure export-credentials --profile dev --format env` prints "
      "them), or send through an OpenTelemetry Collector";
  const std::string begin = "the AWS profile 'dev' ";
  EXPECT_EQ(look_up(with({}, {{"role_arn", "r"}})).refusal, begin + "assumes a role (role_arn)" + way_out);
  EXPECT_EQ(look_up(with({}, {{"role_arn", "r"}, {"web_identity_token_file", "/t"}})).refusal,
            begin + "asks for a web identity (web_identity_token_file)" + way_out);
  EXPECT_EQ(look_up(with({}, {{"sso_account_id", "1"}})).refusal,
            begin + "signs in by single sign-on (sso_account_id)" + way_out);
  EXPECT_EQ(look_up(with({}, {{"login_session", "s"}})).refusal, begin + "signs in by `aws login` (login_session)" + way_out);
  EXPECT_EQ(look_up(with({}, {{"credential_process", "rm"}})).refusal,
            begin + "runs a program for its keys (credential_process)" + way_out);
}

TEST(profile_credentials, a_web_identity_in_the_environment_is_refused_unless_code_chose_the_profile) {
  reader env{{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}}};
  shared_profile profile = with({{"aws_access_key_id", "one"}, {"aws_secret_access_key", "s1"}});
  const credential_lookup refused = profile_credentials(profile, env);
  EXPECT_FALSE(refused.found);
  EXPECT_EQ(refused.refusal.find("AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity, which sonde does not do: "), 0U);
  profile.chosen_by = "code";
  EXPECT_TRUE(profile_credentials(profile, env).found);
}

TEST(profile_credentials, a_broken_profile_stays_broken) {
  shared_profile profile = with({{"aws_access_key_id", "one"}, {"aws_secret_access_key", "s1"}});
  profile.refusal = "broken";
  EXPECT_FALSE(look_up(profile).found);
  EXPECT_EQ(look_up(profile).refusal, "broken");
}

}  // namespace
