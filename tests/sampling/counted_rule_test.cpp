// SPDX-License-Identifier: MIT
// The steps of a decision, and what is counted at each. Judge: AWS X-Ray's SDKs, "reservoir" and "statistics".

#include <sonde/sampling/counted_rule.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

namespace {

using namespace sonde::sampling;

constexpr std::uint32_t now = 1'700'000'000;
constexpr sonde::trace_id kept_at_any_rate{{}};
constexpr sonde::trace_id lost_below_one{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

[[nodiscard]] rule of(double rate, std::uint32_t size) {
  rule made;
  made.name = "r";
  made.fixed_rate = rate;
  made.reservoir_size = size;
  return made;
}
void expect(const rule_statistics& counted, std::uint64_t requests, std::uint64_t sampled, std::uint64_t borrowed) {
  EXPECT_EQ(counted.requests, requests);
  EXPECT_EQ(counted.sampled, sampled);
  EXPECT_EQ(counted.borrowed, borrowed);
}

TEST(counted_rule, borrows_then_draws) {
  const counted_rule one{of(0.5, 7), reservoir_owner::service};
  EXPECT_TRUE(one.decide(lost_below_one, now)) << "borrowed";
  EXPECT_FALSE(one.decide(lost_below_one, now));
  EXPECT_TRUE(one.decide(kept_at_any_rate, now)) << "drawn";
  expect(one.take_statistics(), 3, 1, 1);
  expect(one.take_statistics(), 0, 0, 0);
}

TEST(counted_rule, uses_its_quota_then_draws) {
  const counted_rule one{of(0, 7), reservoir_owner::service};
  one.take({.quota = 2, .valid_to = now});
  EXPECT_TRUE(one.decide(lost_below_one, now));
  EXPECT_TRUE(one.decide(lost_below_one, now));
  EXPECT_FALSE(one.decide(kept_at_any_rate, now)) << "a rate of 0 takes none";
  expect(one.take_statistics(), 3, 2, 0);
}

TEST(counted_rule, a_target_changes_what_it_says) {
  const counted_rule one{of(0, 0), reservoir_owner::service};
  EXPECT_FALSE(one.decide(kept_at_any_rate, now)) << "neither reservoir nor rate";
  one.take({.fixed_rate = 1});
  EXPECT_TRUE(one.decide(lost_below_one, now));
  one.take({.quota = 1});
  EXPECT_EQ(one.fixed_rate(), 1);
}

TEST(counted_rule, of_a_process_s_own_the_whole_reservoir_is_its_own) {
  const counted_rule one{of(0, 3), reservoir_owner::process};
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += one.decide(kept_at_any_rate, now);
  EXPECT_EQ(taken, 3);
}

TEST(counted_rule, its_successor_goes_on_with_quota_and_counters) {
  const counted_rule before{of(0, 7), reservoir_owner::service};
  before.take({.fixed_rate = 1, .quota = 1, .valid_to = now});
  EXPECT_TRUE(before.decide(kept_at_any_rate, now));
  const counted_rule same{of(0, 7), before};
  EXPECT_EQ(same.fixed_rate(), 1) << "the rule is what it was: the target stands";
  const counted_rule changed{of(0.25, 7), before};
  EXPECT_EQ(changed.fixed_rate(), 0.25);
  EXPECT_FALSE(changed.decide(lost_below_one, now)) << "the quota is used up";
  EXPECT_FALSE(before.decide(lost_below_one, now)) << "by a thread that holds the old list";
  expect(changed.take_statistics(), 3, 1, 0);
}

TEST(counted_rule, an_unreported_count_is_reported_with_the_next) {
  const counted_rule one{of(1, 1), reservoir_owner::service};
  EXPECT_TRUE(one.decide(kept_at_any_rate, now));
  const rule_statistics lost = one.take_statistics();
  EXPECT_FALSE(one.has_requests());
  EXPECT_TRUE(one.decide(kept_at_any_rate, now));
  one.give_back(lost);
  EXPECT_TRUE(one.has_requests());
  expect(one.take_statistics(), 2, 1, 1);
}

TEST(counted_rule, counts_of_all_threads_add_up) {
  const counted_rule one{of(0.3, 5), reservoir_owner::service};
  one.take({.quota = 5, .valid_to = now + 10});
  std::atomic<std::uint64_t> sampled{0};
  rule_statistics sum;
  const auto add = [&sum](const rule_statistics& some) {
    sum.requests += some.requests;
    sum.sampled += some.sampled;
    sum.borrowed += some.borrowed;
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      threads.emplace_back([&, seed] {
        sonde::context::id_source ids{{seed, 2, 3, 4}};
        for (std::uint32_t i = 0; i < 2000; ++i) sampled += one.decide(ids.next_trace_id(), now + i / 100);
      });
    for (int i = 0; i < 50; ++i) add(one.take_statistics());
  }
  add(one.take_statistics());
  EXPECT_EQ(sum.requests, 6000u);
  EXPECT_EQ(sum.sampled + sum.borrowed, sampled);
}

}  // namespace
