// SPDX-License-Identifier: MIT
// What keeps Rollbar's part small: the memory of traces, held items, items a minute.

#include <sonde/adapters/rollbar/held_items.hpp>
#include <sonde/adapters/rollbar/token_bucket.hpp>
#include <sonde/adapters/rollbar/trace_memory.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace sonde::rollbar;
const auto begin = std::chrono::steady_clock::time_point{} + 1h;

[[nodiscard]] sonde::trace_id trace(unsigned number) {
  sonde::trace_id made{};
  made.bytes[0] = static_cast<unsigned char>(number >> 8);
  made.bytes[15] = static_cast<unsigned char>(number);
  made.bytes[8] = 1;
  return made;
}
[[nodiscard]] breadcrumb crumb(std::int64_t number, std::size_t size = 10) {
  return {breadcrumb::type::log, sonde::level::info, number, 0, std::string(size, 'x'), {}};
}

TEST(rollbar_bounds, a_trace_keeps_its_last_breadcrumbs) {
  trace_memory memory{3, 100'000};
  for (int i = 0; i < 10'000; ++i) memory.add(memory.at(trace(1)), crumb(i));
  ASSERT_EQ(memory.at(trace(1)).telemetry.size(), 3u);
  EXPECT_EQ(memory.at(trace(1)).telemetry.front().unix_milli, 9'997);
}

TEST(rollbar_bounds, all_traces_together_keep_so_many_bytes_and_the_quiet_ones_go_first) {
  trace_memory memory{100, 10'000};
  memory.at(trace(0)).title = "kept";
  for (unsigned i = 0; i < 200; ++i) {
    static_cast<void>(memory.at(trace(0)));  // spoken of all the time
    memory.add(memory.at(trace(i)), crumb(i, 100));
    ASSERT_LE(memory.bytes(), 10'000u);
  }
  EXPECT_EQ(memory.at(trace(0)).title, "kept");
  EXPECT_EQ(memory.find(trace(1)), nullptr);
  EXPECT_NE(memory.find(trace(199)), nullptr);
  memory.add(memory.at(trace(199)), crumb(0, 20'000));
  EXPECT_LE(memory.bytes(), 10'000u);
  for (unsigned i = 0; i < 5'000; ++i) static_cast<void>(memory.at(trace(i)));
  EXPECT_EQ(memory.size(), trace_memory::most_traces);
}

TEST(rollbar_bounds, frames_of_all_traces_together_are_of_so_many_bytes) {
  trace_memory memory{100, 10'000};
  for (unsigned i = 0; i < 100; ++i)
    memory.add(memory.at(trace(i)), unwound_span{{}, {}, json::object("filename", std::string(100'000, 'x'))});
  EXPECT_EQ(memory.find(trace(1)), nullptr);
  EXPECT_LE(memory.size(), trace_memory::most_unwound_bytes / 100'000);
  ASSERT_NE(memory.find(trace(99)), nullptr);
  EXPECT_EQ(memory.find(trace(99))->unwound.size(), 1u);
  EXPECT_GT(memory.unwound_bytes(), 1'000'000u);
  for (unsigned i = 0; i < 5'000; ++i) static_cast<void>(memory.at(trace(i)));
  memory.forget_unwound(memory.at(trace(99)));
  EXPECT_EQ(memory.unwound_bytes(), 0u);
}

[[nodiscard]] held_item item(std::size_t likeness, std::chrono::steady_clock::time_point due) {
  held_item made;
  made.size = 100;
  made.records = {0, 1};
  made.likeness = likeness;
  made.due = due;
  return made;
}

TEST(rollbar_bounds, repetitions_are_gathered_until_their_window_ends) {
  held_items held{1000, 10s};
  for (int i = 0; i < 5; ++i) held.add(item(1, begin), begin + 1s * i);
  EXPECT_EQ(held.take_due(begin, false)->records.logs, 1u);
  EXPECT_EQ(held.take_due(begin + 9s, false), std::nullopt);
  EXPECT_EQ(held.due(), begin + 10s);
  EXPECT_EQ(held.take_due(begin + 10s, false)->records.logs, 4u);
  EXPECT_EQ(held.due(), std::chrono::steady_clock::time_point::max());
  held.add(item(1, begin + 11s), begin + 11s);
  EXPECT_EQ(held.due(), begin + 11s);
  EXPECT_EQ(held.take_due(begin + 11s, false)->records.logs, 1u) << "a window of its own";
  held.add(item(1, begin), begin + 12s);
  EXPECT_EQ(held.take_due(begin + 12s, true)->records.logs, 1u) << "a flush waits for nothing";
}

TEST(rollbar_bounds, no_more_is_held_than_there_is_room_for) {
  held_items held{1000, 0s};
  for (std::size_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(held.has_room(100));
    held.add(item(i, begin), begin);
  }
  EXPECT_FALSE(held.has_room(1));
  EXPECT_TRUE(held.take_due(begin, false).has_value());
  EXPECT_TRUE(held.has_room(100));
}

TEST(rollbar_bounds, a_repetition_is_counted_without_room_and_without_a_payload) {
  held_items held{200, 10s};
  held.add(item(1, begin), begin);
  EXPECT_FALSE(held.join(1, {0, 1}, begin)) << "that one waits on its own";
  held.add(item(1, begin), begin + 1s);
  EXPECT_FALSE(held.has_room(1));
  EXPECT_TRUE(held.join(1, {0, 1}, begin + 2s));
  EXPECT_FALSE(held.join(2, {0, 1}, begin + 2s));
  EXPECT_FALSE(held.join(1, {0, 1}, begin + 10s)) << "another window's";
  EXPECT_EQ(held.take_due(begin, false)->records.logs, 1u);
  EXPECT_EQ(held.take_due(begin + 10s, false)->records.logs, 2u);
}

TEST(rollbar_bounds, so_many_items_a_minute) {
  token_bucket allowance{60};
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += allowance.take(begin);
  EXPECT_EQ(taken, 60);
  EXPECT_TRUE(allowance.is_news());
  EXPECT_FALSE(allowance.is_news()) << "once";
  for (int second = 1; second <= 60; ++second) taken += allowance.take(begin + 1s * second) + allowance.take(begin + 1s * second);
  EXPECT_EQ(taken, 120);
  EXPECT_FALSE(allowance.is_news());
  EXPECT_TRUE(allowance.take(begin + 1h));
  while (allowance.take(begin + 1h)) continue;
  EXPECT_TRUE(allowance.is_news()) << "it had been quiet";
  token_bucket unlimited{0};
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(unlimited.take(begin));
}

}  // namespace
