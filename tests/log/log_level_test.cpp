// SPDX-License-Identifier: MIT
// This file alone is built with a higher minimum: logs below it are gone, and their text is never made.

#undef SONDE_MIN_LEVEL
#define SONDE_MIN_LEVEL 3

#include <sonde/log.hpp>

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sonde/session.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

struct counted {
  static inline int formatted = 0;
};

}  // namespace

template <>
struct fmt::formatter<counted> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(const counted&, format_context& context) const -> decltype(context.out()) {
    ++counted::formatted;
    return context.out();
  }
};

namespace {

TEST(log_level, below_the_minimum_is_gone) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  sonde::log::trace("{}", counted{});
  sonde::log::debug("{}", counted{});
  sonde::log::info("{}", counted{});
  EXPECT_EQ(counted::formatted, 0);
  sonde::log::warning("kept {}", counted{});
  session.force_flush();
  EXPECT_EQ(counted::formatted, 1);
  ASSERT_EQ(memory.logs().size(), 1u);
  EXPECT_EQ(memory.logs()[0].severity, sonde::level::warning);
  EXPECT_EQ(session.stats().logs.started, 1u);
}

}  // namespace
