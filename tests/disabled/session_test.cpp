// SPDX-License-Identifier: MIT
// Built with SONDE_ENABLED=0: main starts its session as always, and gets one that does nothing.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

TEST(idle_session, is_refused_and_says_why) {
  std::string said;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "backend", .diagnostics = [&](auto line) { said += line; }}, memory,
                              sonde::testing::null_exporter{});
  EXPECT_FALSE(session);
  EXPECT_EQ(session.refusal(), "built with SONDE_ENABLED=0");
  EXPECT_EQ(said, "");
}

TEST(idle_session, records_nothing) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({}, memory);
  {
    sonde::span<"span"> span;
    sonde::report_message("Hello World!");
  }
  EXPECT_TRUE(session.force_flush());
  EXPECT_TRUE(session.force_flush(std::chrono::seconds{1}));
  EXPECT_TRUE(session.shutdown());
  EXPECT_TRUE(session.shutdown(std::chrono::milliseconds{5}));
  EXPECT_TRUE(memory.spans().empty());
  EXPECT_TRUE(memory.logs().empty());
}

TEST(idle_session, has_an_empty_ledger) {
  auto session = sonde::start();
  const sonde::session_stats stats = session.stats();
  EXPECT_EQ(stats.spans.started, 0u);
  EXPECT_EQ(stats.spans.open, 0);
  EXPECT_EQ(stats.spans.queued, 0u);
  EXPECT_EQ(stats.spans.dropped.total(), 0u);
  EXPECT_EQ(stats.logs.started, 0u);
  EXPECT_TRUE(stats.exporters.empty());
  EXPECT_TRUE(session.settings().empty());
}

TEST(idle_session, may_move_and_start_again) {
  sonde::session kept;
  kept = sonde::start({.service_name = "one"});
  auto moved = std::move(kept);
  auto beside = sonde::start({.service_name = "two"});
  EXPECT_FALSE(moved);
  EXPECT_FALSE(beside);
}

}  // namespace
