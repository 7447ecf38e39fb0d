// SPDX-License-Identifier: MIT

#include <sonde/adapters/cloudwatch/batch.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::cloudwatch::batch;

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t now = 1'700'000'000'000 * ms;
constexpr std::size_t mebibyte = 1'048'576;

std::vector<std::string> messages(const batch& of) {
  std::vector<std::string> all;
  for (const batch::event& each : of.events()) all.emplace_back(of.message(each));
  return all;
}

TEST(cloudwatch_batch, counts_26_bytes_with_each_message) {
  batch made;
  made.add(now, "12345");
  made.add(now, "");
  EXPECT_EQ(made.size(), 5u + 2 * 26);
  EXPECT_EQ(made.count(), 2u);
}

TEST(cloudwatch_batch, sorts_by_time_and_keeps_the_order_within_one_time) {
  batch made;
  made.add(now + 2 * ms, "d");
  made.add(now, "a");
  made.add(now + 2 * ms, "e");
  made.add(now, "b");
  made.add(now + 1, "c");  // later within the same millisecond
  made.close();
  EXPECT_EQ(messages(made), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST(cloudwatch_batch, many_of_one_time_stay_in_order) {
  batch made;
  std::vector<std::string> first;
  std::vector<std::string> later;
  for (int i = 0; i < 1000; ++i) {
    made.add(now + (i % 2) * ms, std::to_string(i));
    (i % 2 == 0 ? first : later).push_back(std::to_string(i));
  }
  made.close();
  first.insert(first.end(), later.begin(), later.end());
  EXPECT_EQ(messages(made), first);
}

TEST(cloudwatch_batch, times_are_whole_milliseconds_and_none_is_before_1970) {
  EXPECT_EQ((batch::event{now + 999'999, 0, 0}.unix_milli()), 1'700'000'000'000);
  EXPECT_EQ((batch::event{0, 0, 0}.unix_milli()), 0);
  EXPECT_EQ((batch::event{-1, 0, 0}.unix_milli()), 0);
  EXPECT_EQ((batch::event{INT64_MIN, 0, 0}.unix_milli()), 0);
  EXPECT_EQ((batch::event{INT64_MAX, 0, 0}.unix_milli()), 9'223'372'036'854);
}

TEST(cloudwatch_batch, a_request_takes_a_mebibyte_and_no_byte_more) {
  batch made;
  made.add(now, std::string(mebibyte / 2 - 26, 'x'));
  made.add(now, std::string(mebibyte / 2 - 26, 'x'));
  EXPECT_EQ(made.size(), mebibyte);
  EXPECT_EQ(made.fitting(mebibyte), 2u);
  batch more;
  more.add(now, std::string(mebibyte / 2 - 26, 'x'));
  more.add(now, std::string(mebibyte / 2 - 25, 'x'));
  EXPECT_EQ(more.fitting(mebibyte), 1u);
}

TEST(cloudwatch_batch, a_request_takes_10000_events) {
  batch made;
  for (int i = 0; i < 10'000; ++i) made.add(now, "x");
  EXPECT_EQ(made.fitting(mebibyte), 10'000u);
  made.add(now, "x");
  EXPECT_EQ(made.fitting(mebibyte), 10'000u);
}

TEST(cloudwatch_batch, a_request_spans_24_hours) {
  constexpr std::int64_t day = 86'400'000 * ms;
  batch made;
  made.add(now, "a");
  made.add(now + day, "b");
  EXPECT_EQ(made.fitting(mebibyte), 2u);
  made.add(now + day + ms, "c");
  EXPECT_EQ(made.fitting(mebibyte), 2u);
}

TEST(cloudwatch_batch, splits_behind_as_many_as_are_to_stay) {
  batch made;
  for (const char* const each : {"c", "a", "d", "b"}) made.add(now + each[0] * ms, each);
  made.close();
  const batch later = made.split(3);
  EXPECT_EQ(messages(made), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(messages(later), (std::vector<std::string>{"d"}));
  EXPECT_EQ(made.size(), 3u * 27);
  EXPECT_EQ(later.size(), 27u);
}

}  // namespace
