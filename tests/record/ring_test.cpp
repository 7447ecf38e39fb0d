// SPDX-License-Identifier: MIT
// The ring that carries a thread's records: growth, recycling, the bound.

#include <sonde/record/ring.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using namespace std::chrono_literals;

std::size_t bytes_in_use() { return sonde::pipeline::hub::instance().recorders.bytes_in_use(); }
std::size_t recorders() {
  std::size_t found = 0;
  for (auto* each = sonde::pipeline::hub::instance().recorders.first(); each != nullptr; each = each->next) ++found;
  return found;
}

/// Holds the collector until released.
struct gated_exporter {
  std::shared_ptr<std::atomic<bool>> released = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::atomic<int>> seen = std::make_shared<std::atomic<int>>(0);
  [[nodiscard]] std::string_view name() const { return "gated"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view& span) {
    for (++*seen; !*released;) std::this_thread::sleep_for(1ms);
    return !span.name.empty();
  }
};

/// A chunk with room for 64 bytes at most.
struct small_chunk {
  alignas(sonde::record::chunk) char memory[sizeof(sonde::record::chunk) + 64];
  sonde::record::chunk& chunk;

  explicit small_chunk(std::size_t capacity) : chunk{*new (memory) sonde::record::chunk{nullptr, capacity, nullptr, {}}} {}
};

TEST(ring, room_is_found_to_the_last_byte) {
  small_chunk only{16};
  sonde::record::ring_writer writer{};
  EXPECT_EQ(writer.room(1), nullptr) << "no chunk yet";
  writer.move_to(&only.chunk);
  EXPECT_EQ(writer.room(24), nullptr);
  EXPECT_EQ(writer.room(sonde::record::frame::unusual), nullptr);
  EXPECT_EQ(writer.room(16), only.chunk.data);
  writer.publish(writer.next + 8);
  EXPECT_EQ(writer.room(16), nullptr);
  EXPECT_EQ(writer.room(8), only.chunk.data + 8);
  writer.publish(writer.next + 8);
  EXPECT_EQ(writer.room(1), nullptr);
  EXPECT_EQ(writer.end_of(only.chunk), only.chunk.data + 16);
}

TEST(ring, tells_the_consumer_where_the_records_of_a_chunk_end) {
  small_chunk first{64}, second{64};
  sonde::record::ring_writer writer{};
  writer.move_to(&first.chunk);
  EXPECT_EQ(writer.end_of(first.chunk), first.chunk.data);
  writer.publish(writer.next + 40);
  EXPECT_EQ(writer.end_of(first.chunk), first.chunk.data + 40);
  EXPECT_EQ(writer.end_of(second.chunk), second.chunk.data) << "the producer is about to come here";
  writer.move_to(&second.chunk);
  writer.publish(writer.next + 24);
  EXPECT_EQ(first.chunk.next, &second.chunk);
  EXPECT_EQ(writer.end_of(first.chunk), first.chunk.data + 40);
  EXPECT_EQ(writer.end_of(second.chunk), second.chunk.data + 24);
}

TEST(ring, spares_come_back_all_at_once) {
  sonde::record::spare_chunks spares;
  sonde::record::chunk one{nullptr, 0, nullptr, {}}, two{nullptr, 0, nullptr, {}};
  EXPECT_EQ(spares.take_all(), nullptr);
  spares.push(&one);
  spares.push(&two);
  EXPECT_EQ(spares.take_all(), &two);
  EXPECT_EQ(two.next, &one);
  EXPECT_EQ(one.next, nullptr);
  EXPECT_EQ(spares.take_all(), nullptr);
}

TEST(ring, grows_while_the_collector_is_busy_and_loses_nothing) {
  gated_exporter gated;
  auto session = sonde::start({.diagnostics = [](auto) {}}, gated);
  { sonde::span<"first"> span; }
  while (*gated.seen == 0) std::this_thread::sleep_for(1ms);
  const std::size_t before = bytes_in_use();
  for (int i = 0; i < 20'000; ++i) sonde::span<"more"> span;
  EXPECT_GT(bytes_in_use(), before + 20'000 * 64);
  *gated.released = true;
  EXPECT_TRUE(session.force_flush(30s));
  EXPECT_EQ(session.stats().spans.taken, 20'001u);
  EXPECT_EQ(session.stats().spans.dropped.total(), 0u);
  EXPECT_TRUE(session.shutdown());
  EXPECT_LT(bytes_in_use(), std::size_t{3} << 20) << "drained chunks went back";
}

TEST(ring, never_grows_beyond_the_bound_and_counts_what_it_drops) {
  gated_exporter gated;
  constexpr std::size_t bound = std::size_t{256} << 10;
  auto session = sonde::start({.queue_bytes = 2 * bound, .diagnostics = [](auto) {}}, gated);
  { sonde::span<"first"> span; }
  while (*gated.seen == 0) std::this_thread::sleep_for(1ms);
  for (int i = 0; i < 10'000; ++i) {
    sonde::span<"more"> span;
    span.set_attribute<"text">("some text, so that it takes room");
    if (i % 100 == 0) span.set_attribute<"long">(std::string(2000, 'x'));
    ASSERT_LE(bytes_in_use(), bound);
  }
  *gated.released = true;
  EXPECT_TRUE(session.force_flush(30s));
  const auto stats = session.stats();
  EXPECT_EQ(stats.spans.started, 10'001u);
  EXPECT_GT(stats.spans.dropped[sonde::drop_reason::queue_full], 5'000u);
  EXPECT_GT(stats.spans.taken, 1'000u);
  EXPECT_EQ(stats.spans.queued, 0u);
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_TRUE(balanced(stats.spans));
  { sonde::span<"afterwards there is room again"> span; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(session.stats().spans.taken, stats.spans.taken + 1);
}

TEST(ring, of_an_ended_thread_goes_to_the_next) {
  recording kept;
  for (int i = 0; i < 50; ++i) std::thread{[] { sonde::span<"one"> span; }}.join();
  EXPECT_EQ(kept.spans().size(), 50u);
  const std::size_t many = recorders();
  const std::size_t bytes = bytes_in_use();
  for (int i = 0; i < 950; ++i) {
    std::thread{[] { sonde::span<"one"> span; }}.join();
    if (i % 50 == 0) {
      EXPECT_TRUE(kept.session.force_flush());
    }
  }
  EXPECT_EQ(kept.spans().size(), 1000u);
  EXPECT_LE(recorders(), many + 60) << "as many as between two passes";
  EXPECT_LE(bytes_in_use(), bytes + (std::size_t{1} << 20));
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.taken, 1000u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(ring, carries_a_thousand_threads_at_once) {
  recording kept;
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 1000; ++i)
    threads.emplace_back([&go] {
      while (!go) std::this_thread::sleep_for(1ms);
      sonde::span<"outer"> outer;
      sonde::span<"inner"> inner;
      inner.set_attribute<"key">(1);
    });
  go = true;
  for (auto& each : threads) each.join();
  EXPECT_EQ(kept.spans().size(), 2000u);
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

}  // namespace
