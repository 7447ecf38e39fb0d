// SPDX-License-Identifier: MIT
// A thread that writes into its ring, as a signal handler finds it (tests/fault/exit_test.cpp has real ones).

#include <sonde/record/writing.hpp>

#include <gtest/gtest.h>

#include <sonde/log.hpp>

#include "span/recording.hpp"

namespace {

TEST(writing, is_seen_by_modules_that_have_a_marker_of_their_own) {
  recording kept;
  sonde::record::frame of_a_plugin = sonde::record::make_writing_frame();
  {
    sonde::span<"interrupted"> span;
    sonde::record::recorder& mine = *sonde::record::this_thread;
    sonde::record::frame* const current = mine.current;
    mine.current = &of_a_plugin;
    {
      const sonde::span<"in the handler"> refused;
      sonde::log::info("in the handler");
    }
    EXPECT_EQ(mine.current, &of_a_plugin);
    mine.current = current;
  }
  EXPECT_EQ(kept.spans().size(), 1u);
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.started, 2u);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::in_signal_handler], 1u);
  EXPECT_EQ(stats.logs.dropped[sonde::drop_reason::in_signal_handler], 1u);
  EXPECT_TRUE(balanced(stats.spans));
}

}  // namespace
