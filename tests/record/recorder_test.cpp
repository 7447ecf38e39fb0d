// SPDX-License-Identifier: MIT
// The word in which a thread counts its spans, and what the ledger makes of it.

#include <sonde/record/recorder.hpp>

#include <cstdint>
#include <latch>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/record/session_table.hpp>
#include "span/recording.hpp"

namespace {

using sonde::record::signal_counters;

constexpr std::uint64_t counted(std::uint64_t begun, std::uint64_t ended) {
  return begun * signal_counters::one_begun_and_open + ended * signal_counters::one_ended;
}
constexpr bool tells(std::uint64_t begun, std::uint64_t ended) {
  const std::uint64_t word = counted(begun, ended);
  return signal_counters::begun_in(word) == begun &&
         signal_counters::open_in(word) == static_cast<std::int64_t>(begun - ended);
}
static_assert(tells(0, 0) && tells(1, 0) && tells(1, 1) && tells(0, 1) && tells(1000, 7) && tells(7, 1000));
static_assert(tells((std::uint64_t{1} << 23) - 1, 0) && tells(0, std::uint64_t{1} << 23));
static_assert(tells(1'000'000'000, 1'000'000'000));

TEST(signal_counters, tell_begun_and_open_in_one_word) {
  EXPECT_TRUE(tells(std::uint64_t{1} << 39, (std::uint64_t{1} << 39) - 5));
}

// One thread accepts, others end: after 2^23 requests the open spans no longer fit into a thread's own 24 bits.
TEST(recorder, may_end_more_than_it_began_without_end) {
  recording kept;
  { sonde::span<"attached"> span; }
  EXPECT_EQ(kept.spans().size(), 1u);
  sonde::record::recorder& mine = *sonde::record::this_thread;
  constexpr std::uint32_t many = 6'000'000;
  const auto settle = [&](std::uint64_t word, std::uint32_t dropped) {
    __atomic_store_n(&mine.spans.begun_and_open, mine.spans.begun_and_open + word, __ATOMIC_RELAXED);
    sonde::record::add(mine.spans.dropped[0], dropped);
    EXPECT_TRUE(kept.session.force_flush());
    return kept.session.stats().spans;
  };
  for (unsigned round = 1; round <= 4; ++round) {
    const auto stats = settle(counted(many, 0), 0);
    EXPECT_EQ(stats.open, std::uint64_t{round} * many);
    EXPECT_EQ(stats.started, std::uint64_t{round} * many + 1);
    EXPECT_TRUE(balanced(stats));
  }
  for (unsigned round = 1; round <= 4; ++round) {
    const auto stats = settle(counted(0, many), many);
    EXPECT_EQ(stats.open, std::uint64_t{4 - round} * many);
    EXPECT_EQ(stats.started, std::uint64_t{4} * many + 1);
    EXPECT_TRUE(balanced(stats));
  }
}

// Else the spans of one thread would wait for those of another, or for the collector, wherever they write the same line.
TEST(recorder, shares_no_cache_line_with_another_thread_nor_with_the_collector) {
  constexpr std::uintptr_t line = 64;
  constexpr std::size_t threads = 8;
  recording kept;
  struct memory {
    std::uintptr_t recorder, collectors_part, chunk, chunk_end;
  };
  std::vector<memory> found(threads);
  std::latch all_recorded{threads};
  std::vector<std::thread> running;
  for (memory& mine : found)
    running.emplace_back([&mine, &all_recorded] {
      { sonde::span<"hot"> span; }
      const auto address = [](const auto* of) { return reinterpret_cast<std::uintptr_t>(of); };
      const sonde::record::recorder& recorder = *sonde::record::this_thread;
      mine = {address(&recorder), address(&recorder.reader), address(recorder.ring.filling),
              address(recorder.ring.filling->data + recorder.ring.filling->capacity)};
      all_recorded.arrive_and_wait();  // or the next would get what the first has left
    });
  for (auto& each : running) each.join();
  std::map<std::uintptr_t, std::size_t> owner;  // of each line
  for (std::size_t i = 0; i < threads; ++i) {
    const memory& mine = found[i];
    const auto own = [&](std::uintptr_t from, std::uintptr_t to) {
      for (std::uintptr_t at = from / line; at <= (to - 1) / line; ++at)
        EXPECT_EQ(owner.try_emplace(at, i).first->second, i) << "thread " << i << " writes where another does";
    };
    own(mine.recorder, mine.recorder + sizeof(sonde::record::recorder));
    own(mine.chunk, mine.chunk_end);
    EXPECT_EQ(mine.recorder % line, 0u);
    EXPECT_EQ(mine.chunk % line, 0u);
    EXPECT_EQ(mine.collectors_part % line, 0u) << "the collector writes on the last line of the thread's part";
  }
}

}  // namespace
