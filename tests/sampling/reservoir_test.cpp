// SPDX-License-Identifier: MIT
// Whose turn it is within a second: quotas, credit, clocks that jump, threads that race.
// Judge: the reservoir of AWS's SDKs, as the sheet and aws-xray-sdk for Python have it.

#include <sonde/sampling/reservoir.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::sampling::reservoir;
using enum reservoir::grant;

constexpr std::uint32_t now = 1'700'000'000;

TEST(reservoir, borrows_one_a_second_without_a_quota) {
  reservoir tokens;
  EXPECT_EQ(tokens.take(now, true), borrowed);
  EXPECT_EQ(tokens.take(now, true), none);
  EXPECT_EQ(tokens.take(now + 1, true), borrowed);
  EXPECT_EQ(tokens.take(now + 2, false), none) << "a rule without a reservoir has no credit";
}

TEST(reservoir, gives_its_quota_each_second_until_it_ends) {
  reservoir tokens;
  tokens.set(2, now + 1);
  for (const std::uint32_t second : {now, now + 1}) {
    EXPECT_EQ(tokens.take(second, true), quota);
    EXPECT_EQ(tokens.take(second, true), quota);
    EXPECT_EQ(tokens.take(second, true), none) << "no credit beside a valid quota";
  }
  EXPECT_EQ(tokens.take(now + 2, true), borrowed) << "the quota has ended";
}

TEST(reservoir, a_quota_of_none_is_obeyed) {
  reservoir tokens;
  tokens.set(0, now + 10);
  EXPECT_EQ(tokens.take(now, true), none);
}

TEST(reservoir, what_is_not_said_stays) {
  reservoir tokens;
  tokens.set(1, std::nullopt);
  EXPECT_EQ(tokens.take(now, true), borrowed) << "a quota for no time is none";
  tokens.set(std::nullopt, now + 10);
  EXPECT_EQ(tokens.take(now + 1, true), quota);
  tokens.set(3, std::nullopt);
  EXPECT_EQ(tokens.take(now + 1, true), quota);
  tokens.set(std::nullopt, now - 1);
  EXPECT_EQ(tokens.take(now + 2, true), borrowed) << "an end in the past";
}

TEST(reservoir, a_clock_set_back_a_little_opens_no_second_twice) {
  reservoir tokens;
  tokens.set(1, now + 100);
  EXPECT_EQ(tokens.take(now + 1, true), quota);
  EXPECT_EQ(tokens.take(now, true), none) << "a thread that read the time earlier";
  EXPECT_EQ(tokens.take(now + 1, true), none);
  EXPECT_EQ(tokens.take(now - 50, true), quota) << "the clock was set";
  EXPECT_EQ(tokens.take(now - 50, true), none);
}

TEST(reservoir, threads_share_what_there_is) {
  constexpr std::uint32_t granted = 1000;
  reservoir tokens;
  tokens.set(granted, now);
  std::atomic<std::uint32_t> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (std::uint32_t asked = 0; asked < granted; ++asked) taken += tokens.take(now, true) == quota;
      });
  }
  EXPECT_EQ(taken, granted);
}

}  // namespace
