// SPDX-License-Identifier: MIT
// Stacks as text. The lines are Boost.Stacktrace's, from its documentation ("Getting started") and from programs it ran in.

#include <sonde/record/stack_text.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::record::stack_frame;
using sonde::record::stack_frames;

std::vector<stack_frame> read(std::string_view text) {
  std::vector<stack_frame> made;
  for (stack_frames frames{text}; frames.next();) made.push_back(frames.frame());
  return made;
}

TEST(stack_text, frames_have_a_source_or_a_module) {
  const auto frames = read(
      " 0# bar(int) at /path/to/source/file.cpp:70\n"
      " 1# 0x00007F1A3C3F2B45 in /lib/x86_64-linux-gnu/libc.so.6\n"
      "10# main in ./a.out\n"
      "11# 0x000055D5D6C5A0BE\n");
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[0].label, "bar(int)");
  EXPECT_EQ(frames[0].path, "/path/to/source/file.cpp");
  EXPECT_EQ(frames[0].line, 70u);
  EXPECT_EQ(frames[0].module, "");
  EXPECT_EQ(frames[1].label, "0x00007F1A3C3F2B45");
  EXPECT_EQ(frames[1].path, "");
  EXPECT_EQ(frames[1].line, 0u);
  EXPECT_EQ(frames[1].module, "/lib/x86_64-linux-gnu/libc.so.6");
  EXPECT_EQ(frames[2].label, "main");
  EXPECT_EQ(frames[2].module, "./a.out");
  EXPECT_EQ(frames[3].label, "0x000055D5D6C5A0BE");
  EXPECT_EQ(frames[3].module, "");
}

TEST(stack_text, labels_and_paths_may_hold_blanks_and_colons) {
  const auto frames = read(
      " 0# (anonymous namespace)::f(std::vector<int, std::allocator<int> > const&) const at /a dir/at home/b:2.cpp:7\n"
      " 1# operator()<int> in /opt/look at it:3/lib.so\r\n"
      " 2# g() at nowhere\n");
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].label, "(anonymous namespace)::f(std::vector<int, std::allocator<int> > const&) const");
  EXPECT_EQ(frames[0].path, "/a dir/at home/b:2.cpp");
  EXPECT_EQ(frames[0].line, 7u);
  EXPECT_EQ(frames[1].label, "operator()<int>");
  EXPECT_EQ(frames[1].module, "/opt/look at it:3/lib.so");
  EXPECT_EQ(frames[2].label, "g() at nowhere");
  EXPECT_EQ(frames[2].line, 0u);
}

TEST(stack_text, is_made_of_what_the_hook_finds_at_each_address) {
  static constexpr sonde::record::throw_hook counting{
      []() noexcept { return sonde::record::thrown{}; },
      [](sonde::record::frame&, sonde::record::description&, const void*) noexcept {},
      [](std::string& into, std::uint64_t address) { into += "f" + std::to_string(address) + " in program"; }};
  std::vector<std::uint64_t> addresses(12);
  for (std::size_t i = 0; i < addresses.size(); ++i) addresses[i] = 1000 + i;
  __atomic_store_n(&sonde::record::the_throw_hook, &counting, __ATOMIC_RELEASE);
  const std::string text =
      sonde::record::stack_text({reinterpret_cast<const char*>(addresses.data()), 8 * addresses.size() + 3});
  __atomic_store_n(&sonde::record::the_throw_hook, nullptr, __ATOMIC_RELEASE);
  EXPECT_EQ(text.substr(0, text.find('\n')), " 0# f1000 in program");
  EXPECT_NE(text.find("\n10# f1010 in program\n11# f1011 in program\n"), text.npos) << text;
  EXPECT_EQ(read(text).size(), 12u);
}

TEST(stack_text, what_is_no_frame_is_passed_over) {
  EXPECT_TRUE(read("").empty());
  EXPECT_TRUE(read("\n\n  \nTraceback:\n#\n 1 2#\n").empty());
  const auto frames = read("stack:\n 0# f at x.cpp:99999999999999\n0#\n 3#g in m");
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].label, "f at x.cpp:99999999999999") << "no such line";
  EXPECT_EQ(frames[1].label, "");
  EXPECT_EQ(frames[2].label, "g");
}

}  // namespace
