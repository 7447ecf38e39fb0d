// SPDX-License-Identifier: MIT
// Judges of times: clock_gettime, and a machine made up here, whose true time is known at every tick.

#include <sonde/context/clock_sync.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>
#include <time.h>

#include <sonde/context/clock_source.hpp>

namespace {

using sonde::context::clock_reading;
using sonde::context::clock_sync;
using sonde::context::ticks;

constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t second = 1'000 * millisecond;

/// A machine whose clocks do as they are told. Its looks take 120 ns and are up to 40 ns wrong.
class machine {
 public:
  double ticks_per_nanosecond = 2.6;
  double slew = 0;  // of the system's clocks, in parts of one

  void run(std::int64_t nanoseconds, bool awake = true) {
    ticks_ += static_cast<double>(nanoseconds) * ticks_per_nanosecond;
    const double told = static_cast<double>(nanoseconds) * (1 + slew);
    wall_ += told;
    if (awake) monotonic_ += told;
  }
  void set_wall_clock(std::int64_t by) { wall_ += static_cast<double>(by); }
  void restart_counter() { ticks_ = 1000; }

  [[nodiscard]] std::uint64_t now() const { return static_cast<std::uint64_t>(ticks_); }
  [[nodiscard]] std::int64_t wall() const { return first_wall + static_cast<std::int64_t>(wall_); }
  [[nodiscard]] clock_reading look() {
    noise_ = noise_ * 6364136223846793005u + 1442695040888963407u;
    const auto wrong = static_cast<std::int64_t>(noise_ >> 33) % 41;
    const auto width = static_cast<std::uint64_t>(120 * ticks_per_nanosecond);
    return {now(), width, static_cast<std::int64_t>(monotonic_) + wrong, wall() + wrong};
  }
  /// All four attempts were interrupted.
  [[nodiscard]] clock_reading spoiled_look() {
    return {now(), static_cast<std::uint64_t>(50'000 * ticks_per_nanosecond), static_cast<std::int64_t>(monotonic_) + 40'000,
            wall() + 35'000};
  }

 private:
  static constexpr std::int64_t first_wall = 1'795'000'000 * second;

  // Since the session began: doubles tell parts of a nanosecond for weeks.
  double ticks_ = 1e12;
  double monotonic_ = 1e9;
  double wall_ = 0;
  std::uint64_t noise_ = 1;
};

/// A moment of the machine's, kept to be asked for later.
struct moment {
  std::uint64_t ticks;
  std::int64_t wall;
  explicit moment(const machine& of) : ticks{of.now()}, wall{of.wall()} {}
  [[nodiscard]] std::int64_t error(const clock_sync& clock) const { return std::abs(clock.unix_nano(ticks) - wall); }
};

clock_sync started_on(machine& made) {
  clock_sync clock{made.look()};
  made.run(millisecond);
  clock.update(made.look());
  for (const std::int64_t pause : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}) {  // as the collector of an idle program does
    made.run(pause * millisecond);
    clock.update(made.look());
  }
  return clock;
}

TEST(clock_sync, tells_the_time_of_a_minute_s_spans_to_a_fraction_of_a_microsecond) {
  machine made;
  made.slew = 17e-6;  // the error of the machine's crystal, say, all the time
  clock_sync clock = started_on(made);
  const moment long_ago{made};
  std::int64_t worst = 0;
  for (int passed = 0; passed < 60; ++passed) {
    made.run(second / 3);
    const moment recorded{made};
    made.run(second - second / 3);
    clock.update(made.look());
    worst = std::max(worst, recorded.error(clock));
  }
  EXPECT_LE(worst, 250);
  EXPECT_LE(long_ago.error(clock), 250) << "a span that began a minute ago";
  EXPECT_LE(std::abs(clock.nanoseconds(long_ago.ticks, made.now()) - (made.wall() - long_ago.wall)), 500);
}

TEST(clock_sync, foretells_what_is_recorded_after_its_look) {
  machine made;
  made.slew = 17e-6;
  clock_sync clock = started_on(made);
  for (int passed = 0; passed < 40'000; ++passed) {  // under load, when looks are close
    made.run(millisecond / 20);
    clock.update(made.look());
  }
  made.run(100 * millisecond);  // an exporter was slow
  EXPECT_LE(moment{made}.error(clock), 250);
}

/// What a span is wrong by whose middle saw the system's clock change its rate, where the collector looks that often.
std::int64_t worst_while_slewed(std::int64_t distance, double slew) {
  machine made;
  clock_sync clock = started_on(made);
  std::int64_t worst = 0;
  for (int round = 0; round < 200; ++round) {
    made.run(distance / 2);
    made.slew = round % 20 < 10 ? slew : 0;  // changes in the midst between two looks
    const moment recorded{made};
    made.run(distance - distance / 2);
    clock.update(made.look());
    worst = std::max(worst, recorded.error(clock));
  }
  return worst;
}
TEST(clock_sync, a_slewed_clock_is_followed_to_a_microsecond) {
  constexpr std::int64_t of_looks = 250;
  // NTP slews by up to 500 parts in a million: a quarter of it in 8 ms is a microsecond.
  EXPECT_LE(worst_while_slewed(8 * millisecond, 500e-6), 1'000 + of_looks);
  EXPECT_LE(worst_while_slewed(millisecond / 2, 500e-6), of_looks) << "under load";
  // The collector of an idle program sleeps for a second; a disciplined clock changes its rate by less than one in a million.
  EXPECT_LE(worst_while_slewed(second, 4e-6), 1'000 + of_looks);
  EXPECT_LE(worst_while_slewed(second, 1e-6), 250 + of_looks);
}

class clock_that_is_set : public testing::TestWithParam<std::int64_t> {};

TEST_P(clock_that_is_set, holds_for_what_is_recorded_after_the_last_look_and_changes_no_duration) {
  machine made;
  clock_sync clock = started_on(made);
  const moment old{made};
  made.run(100 * millisecond);
  clock.update(made.look());  // the last look before
  made.run(100 * millisecond);
  const moment unlucky{made};
  made.run(100 * millisecond);
  made.set_wall_clock(GetParam());
  const moment fresh{made};
  made.run(100 * millisecond);
  clock.update(made.look());

  EXPECT_LE(old.error(clock), 250) << "recorded before: as the clock was";
  EXPECT_LE(fresh.error(clock), 250) << "recorded after: as the clock is";
  EXPECT_LE(std::abs(clock.unix_nano(unlucky.ticks) - unlucky.wall - GetParam()), 250) << "in between nobody knows: as it is";
  EXPECT_LE(std::abs(clock.nanoseconds(old.ticks, made.now()) - 400 * millisecond), 250);
  EXPECT_LE(std::abs(clock.nanoseconds(unlucky.ticks, fresh.ticks) - 100 * millisecond), 250);

  for (int passed = 0; passed < 100; ++passed) {
    made.run(50 * millisecond);
    clock.update(made.look());
  }
  EXPECT_LE(old.error(clock), 250) << "still, when a span ends that began before";
  EXPECT_LE(fresh.error(clock), 250);
  EXPECT_LE(moment{made}.error(clock), 250);
}
INSTANTIATE_TEST_SUITE_P(by, clock_that_is_set,
                         testing::Values(-3600 * second, -second, -millisecond, -2'000, 2'000, millisecond, 3600 * second));

TEST(clock_sync, looks_that_were_interrupted_teach_nothing) {
  machine made;
  clock_sync clock = started_on(made);
  for (int passed = 0; passed < 10; ++passed) {
    made.run(10 * millisecond);
    const moment recorded{made};
    clock.update(passed % 2 == 0 ? made.spoiled_look() : made.look());
    EXPECT_LE(recorded.error(clock), 250);
  }

  clock_sync begun_badly{made.spoiled_look()};
  for (int passed = 0; passed < 100; ++passed) {
    made.run(50 * millisecond);
    begun_badly.update(made.look());
  }
  EXPECT_LE(moment{made}.error(begun_badly), 250);
}

TEST(clock_sync, a_suspended_machine_has_the_time_again_with_the_next_look) {
  machine made;
  clock_sync clock = started_on(made);
  const moment before{made};
  made.run(3600 * second, false);  // the counter runs on, as on processors of today
  const moment resumed{made};
  made.run(100 * millisecond);
  clock.update(made.look());
  EXPECT_LE(resumed.error(clock), 250);
  EXPECT_GE(clock.nanoseconds(before.ticks, resumed.ticks), 0);
  EXPECT_LE(std::abs(clock.nanoseconds(resumed.ticks, made.now()) - 100 * millisecond), 250);

  made.run(second, false);
  made.restart_counter();  // as on some older ones
  const moment again{made};
  made.run(100 * millisecond);
  clock.update(made.look());
  EXPECT_LE(again.error(clock), 250);
  EXPECT_EQ(clock.nanoseconds(before.ticks, made.now()), 0) << "never negative";
  made.run(100 * millisecond);
  clock.update(made.look());
  EXPECT_LE(moment{made}.error(clock), 250);
}

/// A guest that is moved to another machine, whose counter runs at another rate.
TEST(clock_sync, another_rate_is_learnt) {
  for (const double rate : {2.7, 3.9}) {
    machine made;
    clock_sync clock = started_on(made);
    made.ticks_per_nanosecond = rate;
    for (int passed = 0; passed < 3; ++passed) {
      made.run(second);
      clock.update(made.look());
    }
    made.run(second / 2);
    const moment recorded{made};
    made.run(second / 2);
    clock.update(made.look());
    EXPECT_LE(recorded.error(clock), 250) << rate;
  }
}

TEST(clock_sync, later_ticks_are_never_earlier_times) {
  machine made;
  clock_sync clock = started_on(made);
  const std::uint64_t begun = made.now();
  for (int passed = 0; passed < 300; ++passed) {  // more than are remembered
    made.slew = passed % 3 == 0 ? 200e-6 : 0;
    made.run(second / 2);
    clock.update(made.look());
  }
  const std::uint64_t step = (made.now() - begun) / 100'000;
  const auto longest = static_cast<std::int64_t>(static_cast<double>(step) / made.ticks_per_nanosecond * 1.001);
  std::int64_t last = clock.unix_nano(begun);
  for (std::uint64_t at = begun; at < made.now() + 1000 * step; at += step) {
    const std::int64_t next = clock.unix_nano(at);
    ASSERT_GE(next, last);
    ASSERT_LE(next, last + longest) << "the pieces of the line meet";
    ASSERT_EQ(next, clock.unix_nano(begun) + clock.nanoseconds(begun, at)) << "a span's end is where its duration ends";
    last = next;
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

/// As damaged records may hold them.
TEST(clock_sync, ticks_that_nobody_took_give_times_that_can_be_added) {
  machine made;
  const clock_sync clock = started_on(made);
  machine slow;
  slow.ticks_per_nanosecond = 1e-3;
  const clock_sync slow_clock = started_on(slow);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  clock_sync old_counter{{most / 2, 300, second, made.wall()}};
  old_counter.update({most / 2 + 2'600'000, 300, second + millisecond, made.wall() + millisecond});
  constexpr std::int64_t farthest = std::int64_t{1} << 62;
  for (const clock_sync* each : {&clock, &slow_clock, static_cast<const clock_sync*>(&old_counter)})
    for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{1}, made.now(), most / 2, most / 2 + 1, most})
      for (const std::uint64_t to : {std::uint64_t{0}, made.now(), most / 2 + 1, most}) {
        const std::int64_t start = each->unix_nano(from);
        const std::int64_t took = each->nanoseconds(from, to);
        EXPECT_TRUE(start >= 0 && start <= farthest) << from;
        EXPECT_TRUE(took >= 0 && took <= std::numeric_limits<std::int64_t>::max() - start) << from << " to " << to;
      }
}

/// This machine's own clocks.
class clock_sync_here : public testing::Test {
 protected:
  clock_sync_here() { sonde::context::stamp_with(sonde::context::best_clock_source()); }
  ~clock_sync_here() override { sonde::context::stamp_with(sonde::context::clock_source::counter); }
};

std::int64_t now(clockid_t which) {
  timespec read{};
  clock_gettime(which, &read);
  return static_cast<std::int64_t>(read.tv_sec) * 1'000'000'000 + read.tv_nsec;
}
void sleep_for_milliseconds(long count) {
  const timespec pause{0, count * 1'000'000};
  nanosleep(&pause, nullptr);
}

/// The best of a few attempts: the thread may lose its processor in any one.
template <class Attempt>
std::int64_t least_of(int attempts, Attempt attempt) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < attempts; ++i) least = std::min<std::int64_t>(least, attempt());
  return least;
}

TEST_F(clock_sync_here, follows_the_wall_clock_to_a_microsecond) {
  clock_sync clock;
  for (int round = 0; round < 20; ++round) {
    sleep_for_milliseconds(5);
    const std::int64_t off = least_of(10, [&] {
      const std::int64_t before = now(CLOCK_REALTIME);
      const std::uint64_t read = ticks();
      const std::int64_t after = now(CLOCK_REALTIME);
      clock.update();  // as the collector does, before it looks at what was recorded
      const std::int64_t told = clock.unix_nano(read);
      return told < before ? before - told : told > after ? told - after : 0;
    });
    EXPECT_LE(off, 1'000) << "round " << round;
  }
}

TEST_F(clock_sync_here, measures_durations_to_a_microsecond) {
  clock_sync clock;
  for (int round = 0; round < 5; ++round) {
    const std::int64_t off = least_of(5, [&] {
      const std::int64_t before = now(CLOCK_MONOTONIC);
      const std::uint64_t from = ticks();
      const std::int64_t begun = now(CLOCK_MONOTONIC);
      sleep_for_milliseconds(3);
      const std::int64_t ended = now(CLOCK_MONOTONIC);
      const std::uint64_t to = ticks();
      const std::int64_t after = now(CLOCK_MONOTONIC);
      clock.update();
      const std::int64_t took = clock.nanoseconds(from, to);
      return took < ended - begun ? ended - begun - took : took > after - before ? took - (after - before) : 0;
    });
    EXPECT_LE(off, 1'000) << "round " << round;
  }
}

TEST_F(clock_sync_here, knows_moments_before_it_was_made) {
  const std::int64_t before = now(CLOCK_REALTIME);
  const std::uint64_t early = ticks();
  sleep_for_milliseconds(20);
  const clock_sync clock;
  EXPECT_LT(std::abs(clock.unix_nano(early) - before), 2'000'000) << "the first rate comes from one millisecond";
}

}  // namespace
