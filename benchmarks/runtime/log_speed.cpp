// SPDX-License-Identifier: MIT
// What a log line with two integers and a short string costs the thread that writes it, beside two raw time-stamp reads and beside
// spdlog's asynchronous logger, in one run. Contenders take turns and write bursts that their queues hold, so that what is measured
// is the caller's part alone; figures are medians, ratios are medians of each turn's ratio.
//   log_speed              all of it, as a table
//   log_speed --over-floor the ratio alone, for speed_table

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#ifndef SPDLOG_FMT_EXTERNAL
#define SPDLOG_FMT_EXTERNAL
#endif
#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

#include "counted_malloc.hpp"

namespace {

using steady = std::chrono::steady_clock;

constexpr long burst = 4000;  // spdlog's queue holds 8192 lines

std::shared_ptr<spdlog::logger> spdlog_logger;
std::string handle = "andrewbrown";

[[gnu::noinline]] void two_time_stamps(long) {
  const std::uint64_t first = sonde::context::ticks();
  const std::uint64_t second = sonde::context::ticks();
  asm volatile("" ::"r"(first), "r"(second) : "memory");
}
[[gnu::noinline]] void sonde_line(long i) { sonde::log::info("{} of {} activities for {}", i, 2 * i, handle); }
[[gnu::noinline]] void sonde_line_with_attribute(long i) {
  sonde::log::info("{} of {} activities for {}", i, 2 * i, handle, sonde::attr<"app.cached">((i & 1) != 0));
}
[[gnu::noinline]] void sonde_line_below_the_level(long i) {
  sonde::log::trace("{} of {} activities for {}", i, 2 * i, handle);
}
[[gnu::noinline]] void span_with_three_attributes(long i) {
  sonde::span<"with-attributes"> span;
  span.set_attribute<"app.count">(i);
  span.set_attribute<"app.cached">((i & 1) != 0);
  span.set_attribute<"user.handle">("sixteen chars ok");
}
[[gnu::noinline]] void spdlog_line(long i) { spdlog_logger->info("{} of {} activities for {}", i, 2 * i, handle); }

struct contender {
  const char* name;
  void (*run)(long);
  std::vector<double> nanoseconds{};
  std::vector<double> over_floor{};
  std::uint64_t allocated = 0;
  std::uint64_t lines = 0;
};

[[nodiscard]] double median(std::vector<double> of) {
  std::nth_element(of.begin(), of.begin() + static_cast<long>(of.size() / 2), of.end());
  return of[of.size() / 2];
}

void run_race(std::vector<contender>& contenders, sonde::session& session, int turns, bool kept) {
  for (int turn = 0; turn < turns; ++turn) {
    double floor = 0;
    for (contender& each : contenders) {
      const std::uint64_t before = allocations;
      const auto begun = steady::now();
      for (long i = 0; i < burst; ++i) each.run(i);
      const double took = std::chrono::duration<double, std::nano>(steady::now() - begun).count() / burst;
      each.allocated += allocations - before;
      each.lines += burst;
      if (&each == &contenders.front()) floor = took;
      if (kept) {
        each.nanoseconds.push_back(took);
        each.over_floor.push_back(took / floor);
      }
      session.force_flush();
      spdlog_logger->flush();
      std::this_thread::sleep_for(std::chrono::milliseconds{4});  // the other's thread empties its queue
    }
  }
  if (!kept)
    for (contender& each : contenders) each.allocated = each.lines = 0;
}

}  // namespace

int main(int count, char** arguments) {
  spdlog::init_thread_pool(8192, 1);
  spdlog_logger = spdlog::create_async<spdlog::sinks::null_sink_mt>("bench");
  auto session = sonde::start({.service_name = "bench",
                               .sampler = sonde::sampling::always_on{},
                               .log_level = sonde::level::debug,
                               .diagnostics = [](auto) {}},
                              sonde::testing::null_exporter{});
  sonde::span<"root"> root;
  std::vector<contender> contenders{{"floor: two raw time-stamp reads", two_time_stamps},
                                    {"sonde, two integers and a short string", sonde_line},
                                    {"sonde, the same with an attribute", sonde_line_with_attribute},
                                    {"sonde, below the session's level", sonde_line_below_the_level},
                                    {"for comparison: span, three attributes", span_with_three_attributes},
                                    {"spdlog, asynchronous", spdlog_line}};
  run_race(contenders, session, 20, false);
  run_race(contenders, session, 101, true);
  const double ratio = median(contenders[1].over_floor);
  if (count > 1 && std::strcmp(arguments[1], "--over-floor") == 0) {
    std::printf("%.3f\n", ratio);
  } else {
    std::printf("| %-40s | %10s | %9s | %15s |\n", "one line", "ns", "x floor", "allocations");
    for (const contender& each : contenders)
      std::printf("| %-40s | %10.1f | %9.2f | %15.6f |\n", each.name, median(each.nanoseconds), median(each.over_floor),
                  static_cast<double>(each.allocated) / static_cast<double>(each.lines));
    std::printf("\nbar: <= 2 x floor: %s\n", ratio <= 2 ? "met" : "missed");
  }
  spdlog_logger.reset();
  spdlog::shutdown();
  return 0;
}
