// SPDX-License-Identifier: MIT
// Which profile is meant and what stands in it is compared with the AWS CLI's library in tests/interop/check_aws.py.

#include <sonde/aws/shared_profile.hpp>

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "aws/scratch.hpp"

namespace {

using sonde::aws::profile_of_section;
using sonde::aws::read_shared_profile;
using sonde::aws::shared_profile;
using sonde::environment::reader;
using sonde::environment::variable;
using sonde::tests::scratch;

std::vector<std::string> sentences(const reader& env) {
  std::vector<std::string> found;
  for (const auto& one : env.findings()) found.push_back(one.sentence);
  return found;
}
using lines = std::vector<std::string>;

struct home : scratch {
  [[nodiscard]] reader with(std::vector<variable> more = {}) const {
    more.push_back({"HOME", path()});
    return reader{std::move(more)};
  }
};

TEST(shared_profile, sections_of_the_config_file_name_profiles) {
  EXPECT_EQ(profile_of_section("default"), "default");
  EXPECT_EQ(profile_of_section("profile dev"), "dev");
  EXPECT_EQ(profile_of_section("profile \t'my dev'"), "my dev");
  EXPECT_EQ(profile_of_section("profile \"a\\\"b\\c\""), "a\"b\\c");
  EXPECT_EQ(profile_of_section("profile a\\ b"), "a b");
  EXPECT_EQ(profile_of_section("profile ''"), "");
  for (const char* other : {"dev", "profile", "profile a b", "profile 'a", "profile a\\", "sso-session dev", " default", ""})
    EXPECT_EQ(profile_of_section(other), std::nullopt) << other;
}

TEST(shared_profile, options_of_the_credentials_file_win) {
  const home files;
  files.write(".aws/credentials", "[default]\nregion = one\n");
  files.write(".aws/config", "[default]\nregion = two\noutput = json\n");
  reader env = files.with();
  const shared_profile profile = read_shared_profile(std::nullopt, env);
  EXPECT_TRUE(profile.found);
  EXPECT_EQ(*profile.find("region"), "one");
  EXPECT_EQ(*profile.find("output"), "json");
  EXPECT_EQ(profile.find("nothing"), nullptr);
  EXPECT_TRUE(env.findings().empty());
}

TEST(shared_profile, without_files_it_is_empty_and_nothing_is_said) {
  const home files;
  reader env = files.with();
  const shared_profile profile = read_shared_profile(std::nullopt, env);
  EXPECT_FALSE(profile.found);
  EXPECT_EQ(profile.refusal, "");
  EXPECT_EQ(profile.credentials_file, files.path() + "/.aws/credentials");
  EXPECT_TRUE(env.findings().empty());
}

TEST(shared_profile, chosen_in_code_wins_over_the_environment_and_AWS_PROFILE_over_its_older_name) {
  const home files;
  files.write(".aws/credentials", "[a]\nx = a\n[b]\nx = b\n[c]\nx = c\n");
  reader env = files.with({{"AWS_PROFILE", "b"}, {"AWS_DEFAULT_PROFILE", "c"}});
  EXPECT_EQ(*read_shared_profile("a", env).find("x"), "a");
  EXPECT_EQ(*read_shared_profile(std::nullopt, env).find("x"), "b");
}

TEST(shared_profile, that_is_chosen_but_nowhere_is_refused) {
  const home files;
  files.write(".aws/config", "[dev]\nregion = one\n");
  reader env = files.with({{"AWS_PROFILE", "dev"}});
  EXPECT_EQ(read_shared_profile(std::nullopt, env).refusal,
            "the AWS profile 'dev' (chosen by AWS_PROFILE) is neither in " + files.path() + "/.aws/config nor in " +
                files.path() + "/.aws/credentials");
  EXPECT_NE(read_shared_profile("prod", env).refusal.find("(chosen by code)"), std::string::npos);
}

TEST(shared_profile, a_placeholder_chooses_nothing) {
  const home files;
  files.write(".aws/credentials", "[default]\nx = y\n");
  reader env = files.with({{"AWS_PROFILE", "${AWS_PROFILE}"}});
  const shared_profile profile = read_shared_profile(std::nullopt, env);
  EXPECT_TRUE(profile.found);
  EXPECT_EQ(profile.name, "default");
  EXPECT_EQ(env.findings().size(), 1U);
}

TEST(shared_profile, a_broken_file_is_refused_whole_without_showing_what_stands_in_it) {
  const home files;
  files.write(".aws/credentials", "[default]\naws_access_key_id = x\nsecret\n");
  files.write(".aws/config", "[default]\nregion = one\n");
  reader env = files.with();
  const shared_profile profile = read_shared_profile(std::nullopt, env);
  EXPECT_EQ(profile.refusal, files.path() + "/.aws/credentials: line 3 is neither a [section], nor 'name = value', nor "
                                            "a comment; no AWS profile is read before this is mended");
  EXPECT_EQ(profile.find("region"), nullptr);
  EXPECT_EQ(profile.find("aws_access_key_id"), nullptr);
}

TEST(shared_profile, a_file_of_10_megabytes_is_refused) {
  const home files;
  files.write(".aws/config", "[default]\nregion = one\n#" + std::string(10 * 1024 * 1024, 'x'));
  reader env = files.with();
  EXPECT_EQ(read_shared_profile(std::nullopt, env).refusal,
            files.path() + "/.aws/config is larger than 1024 KiB; no AWS profile is read before this is mended");
}

TEST(shared_profile, a_named_file_that_is_missing_or_a_directory_is_a_finding) {
  const home files;
  files.write(".aws/config", "[default]\nregion = one\n");
  reader env = files.with({{"AWS_CONFIG_FILE", "~/nowhere"}, {"AWS_SHARED_CREDENTIALS_FILE", files.path()}});
  EXPECT_FALSE(read_shared_profile(std::nullopt, env).found);
  EXPECT_EQ(sentences(env), (lines{"AWS_CONFIG_FILE names " + files.path() + "/nowhere, which is not a file",
                                   "AWS_SHARED_CREDENTIALS_FILE names " + files.path() + ", which is not a file"}));
}

TEST(shared_profile, without_HOME_the_password_file_says_where_home_is) {
  reader env{{{"AWS_SHARED_CREDENTIALS_FILE", "~/x"}}};
  const std::string path = read_shared_profile(std::nullopt, env).credentials_file;
  EXPECT_EQ(path.front(), '/');
  EXPECT_NE(path, "/x");
}

}  // namespace
