// SPDX-License-Identifier: MIT
// The preset asan also looks for leaks, and nothing tells it not to: here is one, for as long as it takes to find it.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)

#include <cstdint>

#include <gtest/gtest.h>
#include <sanitizer/lsan_interface.h>

namespace {

std::uintptr_t disguised = 0;

[[gnu::noinline]] void lose() { disguised = ~reinterpret_cast<std::uintptr_t>(new char[77]); }
[[gnu::noinline]] void lose_below_another_frame() {
  volatile char room[4096];  // or the stack would still hold the pointer
  room[0] = 0;
  lose();
}

TEST(sanitizers, find_what_is_lost) {
  EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0) << "before";
  lose_below_another_frame();
  EXPECT_NE(__lsan_do_recoverable_leak_check(), 0) << "LeakSanitizer is off, or told to ignore what it finds";
  delete[] reinterpret_cast<char*>(~disguised);
}

}  // namespace

#endif
#endif
