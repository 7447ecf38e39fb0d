// SPDX-License-Identifier: MIT

#include <sonde/aws/small_file.hpp>

#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "aws/scratch.hpp"

namespace {

using sonde::aws::read_small_file;
using sonde::aws::small_file;
using sonde::tests::scratch;

TEST(small_file, is_read_whole_up_to_its_limit) {
  const scratch home;
  const std::string path = home.write("file", std::string(2048, 'x'));
  const small_file whole = read_small_file(path, 2048);
  EXPECT_TRUE(whole.exists);
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(whole.text, std::string(2048, 'x'));
  const small_file cut = read_small_file(path, 2047);
  EXPECT_TRUE(cut.exists);
  EXPECT_EQ(cut.error, "is larger than 1 KiB");
  EXPECT_EQ(cut.text, "");
}

TEST(small_file, that_is_a_directory_a_pipe_or_missing_does_not_exist) {
  const scratch home;
  ASSERT_EQ(::mkfifo((home.path() + "/pipe").c_str(), 0600), 0);
  for (const char* name : {"", "/missing", "/missing/file", "/pipe"}) {
    const small_file file = read_small_file(home.path() + name, 100);
    EXPECT_FALSE(file.exists) << name;
    EXPECT_EQ(file.text, "") << name;
  }
}

TEST(small_file, that_may_not_be_read_says_so) {
  const scratch home;
  const std::string path = home.write("file", "secret");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const bool root = ::geteuid() == 0;  // who may read everything
  if (root && ::seteuid(65534) != 0) GTEST_SKIP() << "root that cannot be anyone else";
  const small_file file = read_small_file(path, 100);
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  EXPECT_TRUE(file.exists);
  EXPECT_EQ(file.error, "cannot be read: Permission denied");
}

}  // namespace
