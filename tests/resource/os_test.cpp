// SPDX-License-Identifier: MIT
// Judges: a shell that reads the same os-release, as os-release(5) says it may be read.

#include <sonde/resource/os.hpp>

#include <cstdio>
#include <string>
#include <string_view>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace sonde::resource;

constexpr std::string_view release = R"release(# a comment, NAME="not this"
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID='12'
ID=debian
  SPACED=yes

EMPTY=
QUOTED="a \"b\" \$c \\d \`e\`"
SINGLE='a \ "b"'
NOT_NAME=wrong
TWICE=first
TWICE=second
OPEN="left open
LAST=no newline)release";

TEST(os_release, is_read_as_a_shell_would) {
  EXPECT_EQ(os_release_value(release, "NAME"), "Debian GNU/Linux");
  EXPECT_EQ(os_release_value(release, "PRETTY_NAME"), "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(os_release_value(release, "VERSION_ID"), "12");
  EXPECT_EQ(os_release_value(release, "ID"), "debian");
  EXPECT_EQ(os_release_value(release, "SPACED"), "yes");
  EXPECT_EQ(os_release_value(release, "EMPTY"), "");
  EXPECT_EQ(os_release_value(release, "QUOTED"), R"(a "b" $c \d `e`)");
  EXPECT_EQ(os_release_value(release, "SINGLE"), R"(a \ "b")");
  EXPECT_EQ(os_release_value(release, "TWICE"), "second");
  EXPECT_EQ(os_release_value(release, "OPEN"), "left open");
  EXPECT_EQ(os_release_value(release, "LAST"), "no newline");
  EXPECT_EQ(os_release_value(release, "MISSING"), "");
  EXPECT_EQ(os_release_value("", "NAME"), "");
}

TEST(os, tells_what_a_shell_says_of_this_one) {
  if (access("/etc/os-release", R_OK) != 0) GTEST_SKIP() << "no os-release here";
  FILE* const shell = popen(". /etc/os-release; printf '%s|%s|%s' \"$NAME\" \"$VERSION_ID\" \"$PRETTY_NAME\"", "r");
  ASSERT_NE(shell, nullptr);
  char said[512] = {};
  ASSERT_GT(fread(said, 1, sizeof said - 1, shell), 0U);
  pclose(shell);
  resource found;
  add_os(found);
  EXPECT_EQ(std::string{found.text("os.name")} + '|' + std::string{found.text("os.version")} + '|' +
                std::string{found.text("os.description")},
            said);
#ifdef __linux__
  EXPECT_EQ(found.text("os.type"), "linux");
#endif
}

}  // namespace
