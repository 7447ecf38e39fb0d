// SPDX-License-Identifier: MIT
// The level from which logs are recorded, chosen where the session starts, changed while it runs.

#include <sonde/log.hpp>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/log/write.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

std::vector<std::string> bodies(sonde::session& session, const sonde::testing::memory_exporter& memory) {
  session.force_flush();
  std::vector<std::string> all;
  for (const auto& each : memory.logs()) all.push_back(each.body);
  return all;
}
using texts = std::vector<std::string>;

TEST(run_time_level, lets_through_what_reaches_it) {
  sonde::testing::memory_exporter memory;
  auto session =
      sonde::start({.service_name = "test", .log_level = sonde::level::warning, .diagnostics = [](auto) {}}, memory);
  sonde::log::info("the first of this thread");
  sonde::log::warning("warning {}", 1);
  sonde::log::info("info {}", 1);
  sonde::log::info("info {}", 1, sonde::attr<"n">(1));
  sonde::log::error("error {}", 1, sonde::attr<"n">(1));
  sonde::log::info("{}", 1.0L);
  sonde::log::write(sonde::level::info, "written");
  sonde::log::write(sonde::level::critical, "written critical");
  session.force_flush();  // order is kept per thread
  std::thread{[] {
    sonde::log::info("elsewhere");
    sonde::log::error("elsewhere error");
  }}.join();
  EXPECT_EQ(bodies(session, memory), (texts{"warning 1", "error 1", "written critical", "elsewhere error"}));
  EXPECT_EQ(session.stats().logs.started, 4u) << "what is below counts nowhere";
}

TEST(run_time_level, is_no_matter_of_reports) {
  sonde::testing::memory_exporter memory;
  auto session =
      sonde::start({.service_name = "test", .log_level = sonde::level::critical, .diagnostics = [](auto) {}}, memory);
  sonde::report_message("Hello World!", sonde::level::info);
  EXPECT_EQ(bodies(session, memory), texts{"Hello World!"});
}

TEST(run_time_level, changes_for_threads_that_are_there_and_those_to_come) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  sonde::log::trace("1");
  session.set_log_level(sonde::level::error);
  sonde::log::warning("2");
  std::thread{[] { sonde::log::warning("3"); }}.join();
  session.set_log_level(sonde::level::debug);
  sonde::log::trace("4");
  sonde::log::debug("5");
  EXPECT_EQ(bodies(session, memory), (texts{"1", "5"}));
}

TEST(run_time_level, is_that_of_its_session_alone) {
  {
    auto session = sonde::start({.log_level = sonde::level::critical, .diagnostics = [](auto) {}},
                                sonde::testing::memory_exporter{});
    sonde::log::error("below");
  }
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  sonde::log::trace("again");
  EXPECT_EQ(bodies(session, memory), texts{"again"});
}

TEST(run_time_level, comes_from_the_environment_unless_the_program_says_so) {
  setenv("SONDE_LOG_LEVEL", "Error", 1);
  std::vector<std::string> said;
  const auto keep = [&](std::string_view line) { said.emplace_back(line); };
  {
    sonde::testing::memory_exporter memory;
    auto session = sonde::start({.service_name = "test", .diagnostics = keep}, memory);
    sonde::log::warning("1");
    sonde::log::error("2");
    EXPECT_EQ(bodies(session, memory), texts{"2"});
  }
  {
    sonde::testing::memory_exporter memory;
    auto session = sonde::start({.service_name = "test", .log_level = sonde::level::info, .diagnostics = keep}, memory);
    sonde::log::info("3");
    EXPECT_EQ(bodies(session, memory), texts{"3"});
  }
  setenv("SONDE_LOG_LEVEL", "loud", 1);
  said.clear();
  {
    sonde::testing::memory_exporter memory;
    auto session = sonde::start({.service_name = "test", .diagnostics = keep}, memory);
    sonde::log::trace("4");
    EXPECT_EQ(bodies(session, memory), texts{"4"});
  }
  unsetenv("SONDE_LOG_LEVEL");
  bool told = false;
  for (const std::string& each : said)
    told = told || each.find("SONDE_LOG_LEVEL='loud' is not one of trace, debug, info, warning, error, critical; using trace") !=
                       std::string::npos;
  EXPECT_TRUE(told);
}

}  // namespace
