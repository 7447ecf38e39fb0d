// SPDX-License-Identifier: MIT

#include <sonde/aws/beanstalk_environment.hpp>

#include <string>

#include <gtest/gtest.h>

#include "aws/scratch.hpp"

namespace {

using sonde::aws::read_beanstalk_environment;

TEST(beanstalk_environment, is_read_as_far_as_it_goes) {
  const sonde::tests::scratch files;
  const std::string path = files.write("a", R"({"environment_name":"beta","deployment_id":"32","more":[1]})");
  const auto found = read_beanstalk_environment(path);
  EXPECT_EQ(found.complaint, "");
  EXPECT_EQ(found.environment_name, "beta");
  EXPECT_EQ(found.version_label, "");
  EXPECT_FALSE(found.deployment_id) << "only a number is one";
}

TEST(beanstalk_environment, is_complained_of_where_it_is_none) {
  const sonde::tests::scratch files;
  const std::string path = files.path() + "/a";
  EXPECT_EQ(read_beanstalk_environment(path).complaint.find(path + " is not there: "), 0U);
  for (const std::string text : {"", "{", "[]", "{}", R"({"environment_name":7})", R"({"environment_name":""})"}) {
    files.write("a", text);
    EXPECT_EQ(read_beanstalk_environment(path).complaint, path + " is not a JSON object with an environment_name") << text;
  }
  files.write("a", std::string(70'000, '{'));
  EXPECT_EQ(read_beanstalk_environment(path).complaint, path + " is larger than 64 KiB");
}

}  // namespace
