// SPDX-License-Identifier: MIT
// How far a span's times are from what clock_gettime(CLOCK_REALTIME) says around them, for a minute or as many seconds as asked,
// on a thread that moves from core to core. Ends with 1 where any is more than a microsecond outside.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <sched.h>
#include <time.h>

#include <sonde/context/clock_source.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t allowed = 1'000;

[[nodiscard]] std::int64_t now(clockid_t which = CLOCK_REALTIME) {
  timespec read{};
  clock_gettime(which, &read);
  return static_cast<std::int64_t>(read.tv_sec) * second + read.tv_nsec;
}

/// A moment lies between two readings. Where the thread lost its processor in between, that says little.
struct bracket {
  std::int64_t before = 0;
  std::int64_t after = 0;
  [[nodiscard]] bool tight() const { return after - before <= 5'000; }
  [[nodiscard]] std::int64_t missed_by(std::int64_t told) const {
    return std::max<std::int64_t>({before - told, told - after, 0});
  }
};
struct expected {
  bracket start;
  bracket end;
};

/// A span that is open for long, one after the other.
class long_span {
 public:
  explicit long_span(std::int64_t lasts) : lasts_{lasts} {}
  /// Ends it when its time has come, or at the end of all; appends what its times must be.
  void advance(bool last, std::vector<expected>& ended) {
    if (span_ && (last || now(CLOCK_MONOTONIC) >= until_)) {
      warm_up();
      times_.end.before = now();
      span_->end();
      times_.end.after = now();
      ended.push_back(times_);
      span_.reset();
    }
    if (span_ || last) return;
    until_ = now(CLOCK_MONOTONIC) + lasts_;
    warm_up();
    times_.start.before = now();
    span_.emplace();
    times_.start.after = now();
  }

 private:
  static void warm_up() {
    sonde::detached_span<"after the pause"> slow;
    slow.end();
    static_cast<void>(now());
  }

  std::int64_t lasts_;
  std::int64_t until_ = 0;
  std::optional<sonde::detached_span<"long">> span_;
  expected times_;
};

[[nodiscard]] std::vector<int> cores() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  std::vector<int> found;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0)
    for (int each = 0; each < CPU_SETSIZE; ++each)
      if (CPU_ISSET(static_cast<std::size_t>(each), &mine)) found.push_back(each);
  return found;
}
void move_to(int core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(core), &only);
  static_cast<void>(sched_setaffinity(0, sizeof only, &only));
}

/// False where one is too far outside, or nothing could be said.
[[nodiscard]] bool row(const char* what, std::vector<std::int64_t> missed) {
  std::sort(missed.begin(), missed.end());
  if (missed.empty()) return std::printf("| %-26s | no reading was tight\n", what), false;
  const auto at = [&](double share) { return missed[static_cast<std::size_t>(share * static_cast<double>(missed.size() - 1))]; };
  std::printf("| %-26s | %8zu | %6lld ns | %6lld ns | %6lld ns |\n", what, missed.size(), static_cast<long long>(at(0.5)),
              static_cast<long long>(at(0.999)), static_cast<long long>(missed.back()));
  return missed.back() <= allowed;
}

[[nodiscard]] bool compare(const char* what, const std::string& name, const std::vector<expected>& wanted,
                           const std::vector<sonde::testing::recorded_span>& spans) {
  std::vector<std::int64_t> starts, ends;
  std::size_t met = 0;
  for (const auto& each : spans) {
    if (each.name != name) continue;
    const expected& times = wanted.at(met++);
    if (times.start.tight()) starts.push_back(times.start.missed_by(each.start_unix_nano));
    if (times.end.tight()) ends.push_back(times.end.missed_by(each.end_unix_nano));
  }
  const bool started = row((std::string{what} + ", start").c_str(), std::move(starts));
  const bool ended = row((std::string{what} + ", end").c_str(), std::move(ends));
  if (met != wanted.size()) std::printf("%zu of %zu spans arrived\n", met, wanted.size());
  return started && ended && met == wanted.size();
}

}  // namespace

int main(int count, char** arguments) {
  const std::int64_t lasts = (count > 1 ? std::atoll(arguments[1]) : 60) * second;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start(
      {.service_name = "clock-error", .sampler = sonde::sampling::always_on{}, .diagnostics = [](auto) {}}, memory);
  const bool counter = sonde::context::reads_counter();
  std::printf("stamped with %s\n", counter ? "the processor's counter" : "clock_gettime(CLOCK_MONOTONIC)");

  const std::vector<int> all = cores();
  std::vector<expected> short_spans, long_spans;
  long_span of_seconds{second}, of_tens{10 * second}, of_all{lasts};
  const std::int64_t until = now(CLOCK_MONOTONIC) + lasts;
  for (std::size_t turn = 0; now(CLOCK_MONOTONIC) < until; ++turn) {
    if (!all.empty()) move_to(all[turn % all.size()]);
    for (long_span* const each : {&of_seconds, &of_tens, &of_all}) each->advance(false, long_spans);
    { sonde::span<"after the pause"> slow; }
    static_cast<void>(now());
    const std::int64_t before = now();
    std::int64_t within = 0;
    {
      sonde::span<"short"> span;
      within = now();
    }
    short_spans.push_back({{before, within}, {within, now()}});
    const timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
  for (long_span* const each : {&of_seconds, &of_tens, &of_all}) each->advance(true, long_spans);
  session.shutdown();

  const auto spans = memory.spans();
  std::printf("| %-26s | %8s | %9s | %9s | %9s |\n", "outside of clock_gettime", "readings", "median", "99.9 %", "worst");
  const bool good_short = compare("short spans", "short", short_spans, spans);
  const bool good_long = compare("spans of 1 s and more", "long", long_spans, spans);
  std::printf(good_short && good_long ? "within a microsecond\n" : "not within a microsecond\n");
  return good_short && good_long ? 0 : 1;
}
