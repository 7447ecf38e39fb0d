// SPDX-License-Identifier: MIT
// The speed table: what a span costs, beside the floor and the bar, all in one run. Contenders take turns, so that a noisy
// machine disturbs all of them alike; figures are medians, and ratios are medians of each turn's ratio.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <sonde/otlp/protobuf.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

#include "counted_malloc.hpp"

namespace {

using steady = std::chrono::steady_clock;

[[gnu::noinline]] void empty(long) { asm volatile("" ::: "memory"); }
[[gnu::noinline]] void two_time_stamps(long) {
  const std::uint64_t first = sonde::context::ticks();
  const std::uint64_t second = sonde::context::ticks();
  asm volatile("" ::"r"(first), "r"(second) : "memory");
}
[[gnu::noinline]] void plain_span(long) {
  sonde::span<"plain"> span;
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void span_with_three_attributes(long i) {
  sonde::span<"with-attributes"> span;
  span.set_attribute<"app.count">(i);
  span.set_attribute<"app.cached">((i & 1) != 0);
  span.set_attribute<"user.handle">("sixteen chars ok");
  asm volatile("" ::: "memory");
}

using contender = void (*)(long);

[[nodiscard]] double nanoseconds_each(contender run, long times) {
  const auto begun = steady::now();
  for (long i = 0; i < times; ++i) run(i);
  return std::chrono::duration<double, std::nano>(steady::now() - begun).count() / static_cast<double>(times);
}
[[nodiscard]] double median(std::vector<double> of) {
  std::nth_element(of.begin(), of.begin() + static_cast<long>(of.size() / 2), of.end());
  return of[of.size() / 2];
}

/// Medians of each contender over many turns, and of its relation to the first.
struct race {
  std::vector<double> nanoseconds;
  std::vector<double> ratio;       // to the first
  std::vector<double> over_first;  // difference
};
[[nodiscard]] race run_race(const std::vector<contender>& contenders, int turns = 61, long times = 200'000) {
  const std::size_t count = contenders.size();
  std::vector<std::vector<double>> all(count), ratios(count), differences(count);
  for (int turn = 0; turn < turns; ++turn) {
    double first = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double took = nanoseconds_each(contenders[i], times);
      if (i == 0) first = took;
      all[i].push_back(took);
      ratios[i].push_back(took / first);
      differences[i].push_back(took - first);
    }
  }
  race result;
  for (std::size_t i = 0; i < count; ++i) {
    result.nanoseconds.push_back(median(all[i]));
    result.ratio.push_back(median(ratios[i]));
    result.over_first.push_back(median(differences[i]));
  }
  return result;
}

void row(const char* what, const std::string& measured, const char* bar, bool met) {
  std::printf("| %-58s | %-28s | %-18s | %-6s |\n", what, measured.c_str(), bar, met ? "met" : "missed");
  std::fflush(stdout);
}
/// Encodes every span as OTLP protobuf, as the OTLP exporter does, and throws the requests away.
struct encode_and_discard {
  std::unique_ptr<sonde::otlp::protobuf_encoder> encoder{};
  int in_batch = 0;

  [[nodiscard]] std::string_view name() const { return "encode-and-discard"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup& at_start) {
    encoder = std::make_unique<sonde::otlp::protobuf_encoder>(at_start.resource);
    return "nowhere";
  }
  bool write(const sonde::record::span_view& span) {
    encoder->append(span);
    if (++in_batch == 512) in_batch = 0, static_cast<void>(encoder->request(encoder->take()));
    return true;
  }
};

template <class Exporter>
[[nodiscard]] sonde::session quiet_session(Exporter exporter) {
  return sonde::start({.service_name = "bench", .sampler = sonde::sampling::always_on{}, .diagnostics = [](auto) {}},
                      std::move(exporter));
}

void not_recorded() {
  const race off = run_race({empty, plain_span});
  row("span, session not started", fmt::format("{:.2f} ns over an empty loop", off.over_first[1]), "<= 1 ns", off.over_first[1] <= 1);
  auto session = sonde::start({.service_name = "bench", .sampler = sonde::sampling::always_off{}, .diagnostics = [](auto) {}},
                              sonde::testing::null_exporter{});
  sonde::span<"unsampled-root"> root;
  const race unsampled = run_race({empty, plain_span});
  row("span not sampled", fmt::format("{:.2f} ns over an empty loop", unsampled.over_first[1]), "<= 2 ns", unsampled.over_first[1] <= 2);
}

void recorded() {
  sonde::testing::null_exporter null;
  auto session = quiet_session(null);
  sonde::span<"root"> root;
  static_cast<void>(run_race({two_time_stamps, plain_span, span_with_three_attributes}, 5));  // sites enrolled, ring grown
  const std::uint64_t allocated = allocations;
  const race live = run_race({two_time_stamps, plain_span, span_with_three_attributes});
  const std::uint64_t fresh = allocations - allocated;
  std::printf("| %-58s | %-28s | %-18s | %-6s |\n", "floor: two raw time-stamp reads", fmt::format("{:.1f} ns", live.nanoseconds[0]).c_str(), "", "");
  row("recorded child span, no attributes, hand-off included", fmt::format("{:.1f} ns, {:.2f} x floor", live.nanoseconds[1], live.ratio[1]),
      "<= 1.15 x floor", live.ratio[1] <= 1.15);
  row("recorded span with 3 attributes (int, bool, 16 characters)",
      fmt::format("{:.1f} ns, {:.2f} x floor", live.nanoseconds[2], live.ratio[2]), "<= 1.3 x floor", live.ratio[2] <= 1.3);
  // The race's own vectors allocate; a span that did would add 24 million.
  row("heap allocations per span, steady state", fmt::format("{:.6f}", static_cast<double>(fresh) / (61 * 400'000.0)), "0", fresh < 1000);
}

void full_speed(contender run, const char* what) {
  auto session = quiet_session(sonde::testing::null_exporter{});
  sonde::span<"root"> root;
  const auto until = steady::now() + std::chrono::seconds{3};
  while (steady::now() < until)
    for (long i = 0; i < 10'000; ++i) run(i);
  session.force_flush();
  const auto spans = session.stats().spans;
  const double share = 100.0 * static_cast<double>(spans.dropped.total()) / static_cast<double>(spans.started);
  row(what, fmt::format("{:.2f} % of {:.0f} million/s", share, static_cast<double>(spans.started) / 3e6), "<= 1 %", share <= 1);
}

/// What another benchmark measures and prints; 0 where it prints nothing.
[[nodiscard]] double figure_of(const std::string& command) {
  std::FILE* program = popen((std::string{SONDE_BENCH_DIRECTORY} + '/' + command).c_str(), "r");
  double figure = 0;
  if (program == nullptr || std::fscanf(program, "%lf", &figure) != 1) figure = 0;
  if (program != nullptr) pclose(program);
  return figure;
}

void logged() {
  const double ratio = figure_of("log_speed --over-floor");
  row("log line with two integers and a short string", fmt::format("{:.2f} x floor", ratio), "<= 2 x floor", ratio > 0 && ratio <= 2);
}

void encoded() {
  const double millions = figure_of("otlp_encode --spans-per-second");
  row("encode to OTLP protobuf, 3 short attributes, one core", fmt::format("{:.1f} million spans/s", millions), ">= 30 million/s",
      millions >= 30);
}

void sustained(int seconds) {
  auto session = quiet_session(encode_and_discard{});
  sonde::span<"root"> root;
  constexpr long per_slice = 500;  // every 100 microseconds
  auto next = steady::now();
  const auto until = next + std::chrono::seconds{seconds};
  while (next < until) {
    for (long i = 0; i < per_slice; ++i) span_with_three_attributes(i);
    next += std::chrono::microseconds{100};
    while (steady::now() < next) {
    }
  }
  session.force_flush();
  const auto spans = session.stats().spans;
  row("one producer at 5 million spans/s, OTLP encoded", fmt::format("{} dropped in {} s", spans.dropped.total(), seconds),
      "0 dropped", spans.dropped.total() == 0);
}

void passed_on() {
  const double nanoseconds = figure_of("propagation --nanoseconds");
  row("extract from 5 headers and inject, traceparent", fmt::format("{:.1f} ns", nanoseconds), "<= 100 ns",
      nanoseconds > 0 && nanoseconds <= 100);
}

constexpr auto work = [](long i) { asm volatile("" ::"r"(i) : "memory"); };
decltype(sonde::bind_current(work))* bound = nullptr;
[[gnu::noinline]] void plain_call(long i) { work(i); }
[[gnu::noinline]] void bound_call(long i) { (*bound)(i); }

void activated() {
  auto session = quiet_session(sonde::testing::null_exporter{});
  sonde::span<"root"> root;
  auto made = sonde::bind_current(work);
  bound = &made;
  const race calls = run_race({plain_call, bound_call});
  row("activating a bound context", fmt::format("{:.2f} ns over the call", calls.over_first[1]), "<= 2 ns", calls.over_first[1] <= 2);
}

[[nodiscard]] std::string processor() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

}  // namespace

int main(int count, char** arguments) {
  const int seconds = count > 1 ? std::atoi(arguments[1]) : 10;
  std::printf("%s, %u cores, %s\n\n", processor().c_str(), std::thread::hardware_concurrency(), __VERSION__);
  std::printf("| %-58s | %-28s | %-18s | %-6s |\n|%s|%s|%s|%s|\n", "what", "measured", "bar", "", std::string(60, '-').c_str(),
              std::string(30, '-').c_str(), std::string(20, '-').c_str(), std::string(8, '-').c_str());
  not_recorded();
  recorded();
  logged();
  full_speed(plain_span, "dropped: plain spans at full speed, null exporter");
  full_speed(span_with_three_attributes, "dropped: spans with 3 attributes at full speed");
  encoded();
  passed_on();
  activated();
  sustained(seconds);
  return 0;
}
