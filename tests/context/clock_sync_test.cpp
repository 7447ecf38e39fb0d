// SPDX-License-Identifier: MIT
// Judge of times: clock_gettime.

#include <sonde/context/clock_sync.hpp>

#include <cstdint>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>
#include <time.h>

namespace {

using sonde::context::clock_sync;
using sonde::context::ticks;

std::int64_t now(clockid_t which) {
  timespec read{};
  clock_gettime(which, &read);
  return static_cast<std::int64_t>(read.tv_sec) * 1'000'000'000 + read.tv_nsec;
}
void sleep_for_milliseconds(long count) {
  const timespec pause{0, count * 1'000'000};
  nanosleep(&pause, nullptr);
}

/// How far a reading taken between two looks at the system's clock lies outside of what these allow. The best of a few
/// attempts: the thread may lose its processor in any one.
template <class Attempt>
std::int64_t least_of(int attempts, Attempt attempt) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < attempts; ++i) {
    const std::int64_t off = attempt();
    if (off < least) least = off;
  }
  return least;
}

TEST(clock_sync, follows_the_wall_clock) {
  clock_sync clock;
  for (int round = 0; round < 20; ++round) {
    sleep_for_milliseconds(5);
    clock.update();
    const std::int64_t off = least_of(5, [&] {
      const std::int64_t before = now(CLOCK_REALTIME);
      const std::int64_t read = clock.unix_nano(ticks());
      const std::int64_t after = now(CLOCK_REALTIME);
      return read < before ? before - read : read > after ? read - after : 0;
    });
    EXPECT_LT(off, 50'000) << "round " << round;
  }
}

TEST(clock_sync, measures_durations) {
  clock_sync clock;
  for (int round = 0; round < 20; ++round) {
    clock.update();
    const std::int64_t off = least_of(3, [&] {
      const std::uint64_t from = ticks();
      const std::int64_t begun = now(CLOCK_MONOTONIC);
      sleep_for_milliseconds(3);
      const std::int64_t ended = now(CLOCK_MONOTONIC);
      const std::uint64_t to = ticks();
      return std::abs(clock.nanoseconds(from, to) - (ended - begun));
    });
    EXPECT_LT(off, 50'000) << "round " << round;
  }
}

TEST(clock_sync, durations_are_never_negative) {
  const clock_sync clock;
  const std::uint64_t some = ticks();
  EXPECT_EQ(clock.nanoseconds(some, some), 0);
  EXPECT_EQ(clock.nanoseconds(some, some - 1), 0);
  EXPECT_EQ(clock.nanoseconds(some, 0), 0);
  EXPECT_EQ(clock.nanoseconds(std::numeric_limits<std::uint64_t>::max(), 0), 0);
  EXPECT_GT(clock.nanoseconds(some, some + 1'000'000), 0);
}

TEST(clock_sync, later_ticks_are_never_earlier_times_between_two_updates) {
  const clock_sync clock;
  std::int64_t last = clock.unix_nano(ticks());
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t next = clock.unix_nano(ticks());
    EXPECT_GE(next, last);
    last = next;
  }
}

TEST(clock_sync, knows_moments_before_it_was_made) {
  const std::int64_t before = now(CLOCK_REALTIME);
  const std::uint64_t early = ticks();
  sleep_for_milliseconds(20);
  const clock_sync clock;
  EXPECT_LT(std::abs(clock.unix_nano(early) - before), 2'000'000) << "the first rate comes from one millisecond";
}

}  // namespace
