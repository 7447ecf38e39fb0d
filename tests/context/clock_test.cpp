// SPDX-License-Identifier: MIT
// Threads move between cores, each of which has a counter of its own: these must agree to a microsecond.

#include <sonde/context/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include <sonde/context/clock_source.hpp>
#include <sonde/context/clock_sync.hpp>

namespace {

using sonde::context::clock_source;
using sonde::context::clock_sync;
using sonde::context::ticks;

/// As many as this process may use; the first eight.
std::vector<int> cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> found;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return found;
  for (int each = 0; each < CPU_SETSIZE && found.size() < 8; ++each)
    if (CPU_ISSET(static_cast<std::size_t>(each), &allowed)) found.push_back(each);
  return found;
}
/// Of the calling thread.
bool move_to(int core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(core), &only);
  return sched_setaffinity(0, sizeof only, &only) == 0;
}

class clock_on_many_cores : public testing::TestWithParam<clock_source> {
 protected:
  void SetUp() override { sonde::context::stamp_with(GetParam()); }
  void TearDown() override { sonde::context::stamp_with(clock_source::counter); }
};

/// One thread on each core, for a while; whoever has the lock reads after all who had it before.
TEST_P(clock_on_many_cores, no_core_reads_a_time_before_another_s) {
  if (GetParam() == clock_source::counter && sonde::context::best_clock_source() != clock_source::counter)
    GTEST_SKIP() << "the counter does not keep time here";
  const clock_sync clock;
  constexpr std::int64_t while_they_meet = 20'000'000;
  const std::vector<int> all = cores();
  std::latch there{static_cast<std::ptrdiff_t>(all.size())};
  std::mutex turn;
  std::uint64_t latest = 0;
  std::int64_t farthest_back = 0;
  std::vector<std::thread> readers;
  for (const int core : all)
    readers.emplace_back([&, core] {
      static_cast<void>(move_to(core));
      there.arrive_and_wait();
      for (std::uint64_t begun = ticks(), now = begun; clock.nanoseconds(begun, now) < while_they_meet;) {
        const std::lock_guard lock{turn};
        now = ticks();
        const std::int64_t back = clock.nanoseconds(now, latest);
        if (back > farthest_back) farthest_back = back;
        latest = now;
      }
    });
  for (std::thread& each : readers) each.join();
  EXPECT_LE(farthest_back, 1'000);
}

TEST_P(clock_on_many_cores, a_thread_that_moves_never_goes_back_in_time) {
  if (GetParam() == clock_source::counter && sonde::context::best_clock_source() != clock_source::counter)
    GTEST_SKIP() << "the counter does not keep time here";
  const clock_sync clock;
  std::thread{[&] {
    const std::vector<int> all = cores();
    std::uint64_t latest = ticks();
    for (int round = 0; round < 50; ++round)
      for (const int core : all) {
        const std::uint64_t leaving = ticks();
        if (!move_to(core)) continue;
        const std::uint64_t arrived = ticks();
        EXPECT_LE(clock.nanoseconds(leaving, latest), 1'000);
        EXPECT_LE(clock.nanoseconds(arrived, leaving), 1'000) << "on core " << core;
        latest = arrived;
      }
  }}.join();
}

INSTANTIATE_TEST_SUITE_P(each_source, clock_on_many_cores, testing::Values(clock_source::counter, clock_source::system),
                         [](const auto& given) { return given.param == clock_source::counter ? "counter" : "system"; });

}  // namespace
