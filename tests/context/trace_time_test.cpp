// SPDX-License-Identifier: MIT
// Trace ids that begin with the time.

#include <sonde/context/trace_time.hpp>

#include <algorithm>
#include <set>
#include <string>

#include <time.h>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

// The id of AWS's own example is of 10:00 AM December 1st, 2016 PST, which is 1480615200 or 58406520 in hexadecimal.
constexpr bool the_time_takes_the_first_four_bytes() {
  sonde::trace_id id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  sonde::context::put_time(id, 1480615200);
  return id == sonde::trace_id{{0x58, 0x40, 0x65, 0x20, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
}
static_assert(the_time_takes_the_first_four_bytes());
TEST(trace_time, takes_the_first_four_bytes) { EXPECT_TRUE(the_time_takes_the_first_four_bytes()); }

[[nodiscard]] std::int64_t seconds_of(const sonde::trace_id& id) {
  return std::stoll(std::string{id.to_hex().data(), 8}, nullptr, 16);
}

TEST(trace_time, is_in_the_ids_of_traces_that_begin_here_where_somebody_wants_it) {
  const std::int64_t before = ::time(nullptr);
  recording kept{{.timed_trace_ids = true}};
  std::set<std::string> rest;
  for (int i = 0; i < 16; ++i) {
    const sonde::span<"root"> root;
    const auto context = root.context();
    EXPECT_TRUE(before <= seconds_of(context.trace_id) && seconds_of(context.trace_id) <= ::time(nullptr));
    EXPECT_TRUE(context.random);
    rest.insert(std::string{context.trace_id.to_hex().data() + 8, 24});
  }
  EXPECT_EQ(rest.size(), 16u) << "the rest stays random";
  const sonde::span_context incoming{.trace_id = {{1}}, .span_id = {{2}}, .sampled = true, .remote = true};
  EXPECT_EQ((sonde::span<"request">{incoming}.context().trace_id), incoming.trace_id);
}

TEST(trace_time, is_in_the_ids_of_unsampled_traces_too) {
  recording kept{{.sampler = sonde::sampling::always_off{}, .timed_trace_ids = true}};
  const std::int64_t before = ::time(nullptr);
  const sonde::span<"root"> root;
  EXPECT_GE(seconds_of(root.context().trace_id), before);
}

/// An exporter may ask for them.
struct timed_exporter {
  static constexpr bool wants_timed_trace_ids = true;
  [[nodiscard]] std::string_view name() const { return "timed"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view&) { return true; }
};

TEST(trace_time, is_wanted_by_exporters_or_nobody) {
  const auto quiet = [](std::string_view) {};
  const std::int64_t before = ::time(nullptr);
  {
    const auto session = sonde::start({.diagnostics = quiet}, timed_exporter{});
    EXPECT_GE(seconds_of(sonde::span<"root">{}.context().trace_id), before);
  }
  const auto session = sonde::start({.diagnostics = quiet}, sonde::testing::memory_exporter{});
  int timed = 0;
  for (int i = 0; i < 8; ++i) timed += std::abs(seconds_of(sonde::span<"root">{}.context().trace_id) - before) < 1000;
  EXPECT_LT(timed, 8);
}

}  // namespace
