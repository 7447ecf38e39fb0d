// SPDX-License-Identifier: MIT
// What reporting an exception costs the thread that reports it, with its span trace and its causes but without the stack of the
// throw. Each report is timed on its own, since a burst of them would measure the collector; figures are medians.
//   report_speed       all of it, as a table
//   report_speed --ns  the first line's nanoseconds alone

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

using steady = std::chrono::steady_clock;

constexpr int reports = 2000;

/// An exception with that many causes.
void throw_nested(int causes) {
  try {
    if (causes == 0) throw std::out_of_range{"no such handle: andrewbrown"};
    throw_nested(causes - 1);
  } catch (...) {
    if (causes == 0) throw;
    std::throw_with_nested(std::runtime_error{"cannot load the activities"});
  }
}

/// Within that many spans of three attributes each.
void report_within(int spans, const std::exception& error, double& nanoseconds) {
  sonde::span<"request"> span;
  span.set_attribute<"http.request.method">("GET");
  span.set_attribute<"http.route">("/api/activities/@handle");
  span.set_attribute<"app.tries">(spans);
  if (spans > 1) return report_within(spans - 1, error, nanoseconds);
  const auto begun = steady::now();
  sonde::report_exception(error);
  nanoseconds = std::chrono::duration<double, std::nano>(steady::now() - begun).count();
}

[[nodiscard]] double median_report(sonde::session& session, int spans, int causes) {
  std::vector<double> taken;
  for (int i = 0; i < reports; ++i) {
    try {
      throw_nested(causes);
    } catch (const std::exception& error) {
      report_within(spans, error, taken.emplace_back());
    }
    if (i % 100 == 0) session.force_flush();
  }
  std::nth_element(taken.begin(), taken.begin() + reports / 2, taken.end());
  return taken[reports / 2];
}

}  // namespace

int main(int count, char** arguments) {
  auto session = sonde::start({.service_name = "bench", .sampler = sonde::sampling::always_on{}, .diagnostics = [](auto) {}},
                              sonde::testing::null_exporter{});
  static_cast<void>(median_report(session, 3, 0));  // warm
  const double usual = median_report(session, 3, 0);
  if (count > 1 && std::strcmp(arguments[1], "--ns") == 0) {
    std::printf("%.0f\n", usual);
    return 0;
  }
  std::printf("| %-40s | %10s |\n", "one report", "us");
  const auto row = [](const char* name, double nanoseconds) { std::printf("| %-40s | %10.2f |\n", name, nanoseconds / 1000); };
  row("in three spans", usual);
  row("in three spans, with three causes", median_report(session, 3, 3));
  row("in 32 spans, with 64 causes", median_report(session, 32, 64));
  std::printf("\nbar: <= 50 us: %s\n", usual <= 50'000 ? "met" : "missed");
  return 0;
}
