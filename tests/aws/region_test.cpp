// SPDX-License-Identifier: MIT

#include <sonde/aws/region.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sonde::aws;
using sonde::environment::reader;

shared_profile profile_with(const char* region) {
  shared_profile profile;
  profile.name = "dev";
  profile.config_file = "/home/me/.aws/config";
  if (region != nullptr) profile.in_config.emplace("region", region);
  return profile;
}

static_assert(is_region_name("us-east-1"));
static_assert(is_region_name(std::string_view{"a"}));
static_assert(!is_region_name(""));
static_assert(!is_region_name("1234"));
static_assert(!is_region_name("us_east_1"));
static_assert(!is_region_name("-us"));
static_assert(!is_region_name("us-"));
static_assert(!is_region_name("evil.com/"));
static_assert(!is_region_name("us-east-1\r"));

TEST(region, a_name_has_at_most_63_characters) {
  EXPECT_TRUE(is_region_name(std::string(63, 'a')));
  EXPECT_FALSE(is_region_name(std::string(64, 'a')));
}

TEST(region, code_wins_then_AWS_REGION_then_AWS_DEFAULT_REGION_then_the_profile) {
  reader both{{{"AWS_REGION", "r-2"}, {"AWS_DEFAULT_REGION", "r-3"}}};
  reader one{{{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", " r-3 "}}};
  reader none{{}};
  const shared_profile profile = profile_with("r-4");
  EXPECT_EQ(find_region("r-1", both, profile).name, "r-1");
  EXPECT_EQ(find_region("r-1", both, profile).source, "set in code");
  EXPECT_EQ(find_region(std::nullopt, both, profile).name, "r-2");
  EXPECT_EQ(find_region(std::nullopt, both, profile).source, "from AWS_REGION");
  EXPECT_EQ(find_region(std::nullopt, one, profile).name, "r-3");
  EXPECT_EQ(find_region(std::nullopt, none, profile).name, "r-4");
  EXPECT_EQ(find_region(std::nullopt, none, profile).source, "from profile 'dev'");
}

TEST(region, that_is_nowhere_says_where_to_set_it) {
  reader none{{}};
  EXPECT_EQ(find_region(std::nullopt, none, profile_with(nullptr)).refusal,
            "no AWS region: set AWS_REGION, or `region` in the profile 'dev' of /home/me/.aws/config");
  shared_profile broken = profile_with("");
  broken.refusal = "broken";
  EXPECT_EQ(find_region(std::nullopt, none, broken).refusal, "no AWS region: set AWS_REGION; broken");
}

TEST(region, that_cannot_be_part_of_a_host_is_refused_and_no_other_taken) {
  reader env{{{"AWS_REGION", "evil.com/\n"}, {"AWS_DEFAULT_REGION", "r-3"}}};
  const region_lookup lookup = find_region(std::nullopt, env, profile_with("r-4"));
  EXPECT_EQ(lookup.name, "");
  EXPECT_EQ(lookup.refusal, "the AWS region='evil.com/' (from AWS_REGION) cannot be one: write it like us-east-1");
}

}  // namespace
