// SPDX-License-Identifier: MIT
// SONDE_CLOCK, and sessions under either clock. Judge of times: clock_gettime.

#include <sonde/pipeline/clock_choice.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <time.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

namespace environment = sonde::environment;
using sonde::context::clock_source;

TEST(clock_choice, is_the_variable_s) {
  const auto chosen = [](std::string value) {
    environment::reader env{std::vector<environment::variable>{{"SONDE_CLOCK", std::move(value)}}};
    const clock_source made = sonde::pipeline::clock_source_from(env);
    return std::pair{made, env.findings().empty() ? std::string{} : env.findings().front().sentence};
  };
  const clock_source best = sonde::context::best_clock_source();
  EXPECT_EQ(chosen("system"), std::pair(clock_source::system, std::string{}));
  EXPECT_EQ(chosen("Counter"), std::pair(clock_source::counter, std::string{}));
  EXPECT_EQ(chosen("auto"), std::pair(best, std::string{}));
  EXPECT_EQ(chosen(""), std::pair(best, std::string{}));
  EXPECT_EQ(chosen("tsc"), std::pair(best, std::string{"SONDE_CLOCK='tsc' is not one of auto, counter, system; using auto"}));
}

class sessions_of_each_clock : public testing::Test {
 protected:
  ~sessions_of_each_clock() override {
    unsetenv("SONDE_CLOCK");
    sonde::context::stamp_with(clock_source::counter);
  }

  static std::int64_t now() {
    timespec read{};
    clock_gettime(CLOCK_REALTIME, &read);
    return static_cast<std::int64_t>(read.tv_sec) * 1'000'000'000 + read.tv_nsec;
  }
  static sonde::session start(const char* clock, sonde::testing::memory_exporter& memory) {
    setenv("SONDE_CLOCK", clock, 1);
    return sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  }
  static bool stamps_by_the_system() { return !sonde::context::reads_counter(); }
};

/// Generous: what is exact is shown for clock_sync. Ticks of one clock read as the other's are years away.
constexpr std::int64_t slack = 1'000'000;

TEST_F(sessions_of_each_clock, tell_the_same_time_one_after_the_other) {
  std::optional<sonde::detached_span<"left-over">> left_over;
  for (const char* const clock : {"system", "counter", "system"}) {
    { sonde::span<"before-start"> unrecorded; }
    sonde::testing::memory_exporter memory;
    sonde::session session = start(clock, memory);
    EXPECT_EQ(stamps_by_the_system(), std::string{"system"} == clock);
    left_over.reset();  // of the session before, in its ticks
    const std::int64_t before = now();
    { sonde::span<"work"> span; }
    const std::int64_t after = now();
    left_over.emplace();
    session.shutdown();
    const auto spans = memory.spans();
    ASSERT_EQ(spans.size(), 1u) << clock;
    EXPECT_EQ(spans[0].name, "work");
    EXPECT_GE(spans[0].start_unix_nano, before - slack) << clock;
    EXPECT_LE(spans[0].end_unix_nano, after + slack) << clock;
    EXPECT_LE(spans[0].start_unix_nano, spans[0].end_unix_nano);
  }
}

TEST_F(sessions_of_each_clock, are_not_disturbed_by_one_that_is_refused) {
  sonde::testing::memory_exporter memory;
  const sonde::session live = start("system", memory);
  ASSERT_TRUE(live);
  const sonde::session refused = start("counter", memory);
  EXPECT_FALSE(refused);
  EXPECT_TRUE(stamps_by_the_system());
}

TEST_F(sessions_of_each_clock, read_what_suits_the_machine_where_nobody_chooses) {
  sonde::testing::memory_exporter memory;
  const sonde::session live = start("auto", memory);
  EXPECT_EQ(stamps_by_the_system(), sonde::context::best_clock_source() == clock_source::system);
}

}  // namespace
