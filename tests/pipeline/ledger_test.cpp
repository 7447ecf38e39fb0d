// SPDX-License-Identifier: MIT
// The loss ledger's equations, at rest and under load.

#include <sonde/pipeline/stats.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

using namespace std::chrono_literals;

void expect_balanced(const sonde::signal_stats& produced, const char* when) {
  EXPECT_EQ(produced.started, produced.open + produced.unsampled + produced.queued + produced.dropped.total() + produced.taken)
      << when << ": started " << produced.started << ", open " << produced.open << ", unsampled " << produced.unsampled
      << ", queued " << produced.queued << ", dropped " << produced.dropped.total() << ", taken " << produced.taken;
}
void expect_delivered(std::uint64_t taken, const sonde::delivery_stats& delivered, const std::string& who) {
  EXPECT_EQ(taken, delivered.queued + delivered.exported + delivered.dropped.total()) << who;
}
void expect_balanced(const sonde::session_stats& stats, const char* when) {
  expect_balanced(stats.spans, when);
  expect_balanced(stats.logs, when);
  for (const auto& each : stats.exporters) {
    expect_delivered(stats.spans.taken, each.spans, each.name + " spans, " + when);
    expect_delivered(stats.logs.taken, each.logs, each.name + " logs, " + when);
  }
}

/// Refuses every third span, takes no logs.
struct picky_exporter {
  std::shared_ptr<std::uint64_t> seen = std::make_shared<std::uint64_t>(0);

  [[nodiscard]] std::string_view name() const { return "picky"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view&) { return ++*seen % 3 != 0; }
};

/// Takes nothing until it is let.
struct stopped_exporter {
  std::shared_ptr<std::atomic<bool>> let = std::make_shared<std::atomic<bool>>(false);

  [[nodiscard]] std::string_view name() const { return "stopped"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view&) {
    let->wait(false);
    return true;
  }
};

TEST(ledger, balances_at_rest_for_every_fate) {
  auto session = sonde::start({.diagnostics = [](auto) {}}, sonde::testing::null_exporter{}, picky_exporter{});
  for (int i = 0; i < 30; ++i) {
    sonde::span<"one"> span;
    sonde::report_message("hello");
  }
  sonde::detached_span<"open"> open;
  EXPECT_TRUE(session.force_flush());
  const auto stats = session.stats();
  expect_balanced(stats, "at rest");
  EXPECT_EQ(stats.spans.started, 31u);
  EXPECT_EQ(stats.spans.open, 1u);
  EXPECT_EQ(stats.spans.taken, 30u);
  EXPECT_EQ(stats.logs.started, 30u);
  EXPECT_EQ(stats.exporters[1].spans.exported, 20u);
  EXPECT_EQ(stats.exporters[1].spans.dropped[sonde::drop_reason::rejected], 10u);
  EXPECT_EQ(stats.exporters[1].logs.dropped[sonde::drop_reason::unsupported], 30u);
}

TEST(ledger, balances_in_every_snapshot_under_load) {
  auto session = sonde::start({.diagnostics = [](auto) {}}, sonde::testing::null_exporter{}, picky_exporter{});
  std::atomic<bool> stop{false};
  std::vector<std::thread> producers;
  for (int i = 0; i < 4; ++i)
    producers.emplace_back([&] {
      while (!stop) {
        sonde::span<"outer"> outer;
        sonde::span<"inner"> inner;
        inner.set_attribute<"key">(1);
        sonde::report_message("hello");
      }
    });
  for (int snapshots = 0; snapshots < 20; ++snapshots) expect_balanced(session.stats(), "under load");
  stop = true;
  for (std::thread& each : producers) each.join();
  EXPECT_TRUE(session.force_flush(30s));
  const auto stats = session.stats();
  expect_balanced(stats, "after the load");
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_EQ(stats.spans.queued, 0u);
}

TEST(ledger, counts_what_a_full_queue_drops_and_memory_stays_within_its_bound) {
  constexpr std::size_t bound = std::size_t{1} << 20;
  stopped_exporter exporter;
  auto session = sonde::start({.queue_bytes = bound, .diagnostics = [](auto) {}}, exporter);
  std::thread{[] {
    for (int i = 0; i < 200'000; ++i) {
      sonde::span<"one"> span;
      span.set_attribute<"text">("some text that takes a little room");
    }
  }}.join();
  EXPECT_LE(sonde::pipeline::hub::instance().recorders.bytes_in_use(), bound / 2);
  *exporter.let = true;
  exporter.let->notify_all();
  EXPECT_TRUE(session.force_flush(30s));
  const auto stats = session.stats();
  expect_balanced(stats, "after an overload");
  EXPECT_EQ(stats.spans.started, 200'000u);
  EXPECT_GT(stats.spans.dropped[sonde::drop_reason::queue_full], 0u);
}

TEST(ledger, follows_spans_that_end_on_another_thread) {
  auto session = sonde::start({.diagnostics = [](auto) {}}, sonde::testing::null_exporter{});
  std::vector<sonde::detached_span<"job">> jobs(100);
  EXPECT_EQ(session.stats().spans.open, 100u);
  std::thread{[&] { jobs.clear(); }}.join();
  EXPECT_TRUE(session.force_flush());
  const auto stats = session.stats();
  expect_balanced(stats, "jobs ended elsewhere");
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_EQ(stats.spans.taken, 100u);
}

TEST(ledger, keeps_the_counts_of_threads_that_have_ended) {
  auto session = sonde::start({.diagnostics = [](auto) {}}, sonde::testing::null_exporter{});
  for (int i = 0; i < 1000; ++i) std::thread{[] { sonde::span<"one"> span; }}.join();
  EXPECT_TRUE(session.force_flush());
  const auto stats = session.stats();
  expect_balanced(stats, "a thousand threads later");
  EXPECT_EQ(stats.spans.taken, 1000u);
  EXPECT_LT(sonde::pipeline::hub::instance().recorders.bytes_in_use(), std::size_t{8} << 20);
}

}  // namespace
