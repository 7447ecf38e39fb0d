// SPDX-License-Identifier: MIT
// Timeouts that no clock could be moved by, as moments that it can reach.

#include <sonde/pipeline/deadline.hpp>

#include <chrono>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using sonde::pipeline::bounded;
using sonde::pipeline::deadline_in;

TEST(deadline, of_a_timeout_for_ever_lies_ahead) {
  const auto now = std::chrono::steady_clock::now();
  EXPECT_GT(deadline_in(std::chrono::milliseconds::max()), now + 10'000h);
  EXPECT_GT(deadline_in(std::chrono::milliseconds::max()) + 10'000h, now) << "more can be added to it";
}

TEST(deadline, of_a_timeout_below_zero_is_now) {
  const auto now = std::chrono::steady_clock::now();
  EXPECT_GE(deadline_in(std::chrono::milliseconds::min()), now);
  EXPECT_LT(deadline_in(std::chrono::milliseconds::min()), now + 1h);
}

TEST(deadline, of_any_other_timeout_is_that_far_ahead) {
  static_assert(bounded(0ms) == 0ms);
  static_assert(bounded(1ms) == 1ms);
  static_assert(bounded(24h) == 24h);
}

}  // namespace
