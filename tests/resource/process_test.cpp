// SPDX-License-Identifier: MIT
// Judges: the C library and id(1), asked for the same.

#include <sonde/resource/process.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace sonde::resource;

TEST(process, is_this_one) {
  resource found;
  add_process(found);
  ASSERT_NE(found.get("process.pid"), nullptr);
  EXPECT_EQ(*found.get("process.pid"), attribute_value{std::int64_t{getpid()}});
  EXPECT_EQ(*found.get("process.parent_pid"), attribute_value{std::int64_t{getppid()}});
  EXPECT_EQ(found.text("process.executable.name"), std::string{program_invocation_short_name});
  EXPECT_EQ(found.text("process.executable.path"), std::filesystem::canonical("/proc/self/exe").string());
  EXPECT_EQ(found.text("process.command"), std::string{program_invocation_name});
  if (const passwd* const user = getpwuid(geteuid())) {
    EXPECT_EQ(found.text("process.owner"), user->pw_name);
  }
}

TEST(process, tells_no_arguments) {
  resource found;
  add_process(found);
  EXPECT_EQ(found.get("process.command_args"), nullptr);
  EXPECT_EQ(found.get("process.command_line"), nullptr);
}

TEST(process, finds_its_owner_by_number) {
  constexpr std::string_view passwd =
      "root:x:0:0:root:/root:/bin/bash\nbroken\nhalf:x\n10:x:100:1:a number for a name:/:/bin/sh\nlast:x:1000:1000::/:";
  EXPECT_EQ(user_in(passwd, 0), "root");
  EXPECT_EQ(user_in(passwd, 100), "10");
  EXPECT_EQ(user_in(passwd, 1000), "last");
  EXPECT_EQ(user_in(passwd, 10), "");
  EXPECT_EQ(user_in(passwd, 1), "");
  EXPECT_EQ(user_in("", 0), "");
}

}  // namespace
