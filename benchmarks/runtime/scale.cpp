// SPDX-License-Identifier: MIT
// Many threads: what a span costs each of them, and what becomes of the memory of those that have ended. Run by `scale` beside it.
//   scale threads THREADS BURSTS   says processor time per span, in ns, of THREADS that make BURSTS of a thousand each at once,
//                                  with rests between them, so that rings are drained; and which share was dropped
//   scale short-lived THREADS      says what is there after so many threads, a few at a time, each of which made a span

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

/// Outside of any namespace, as callgrind is told its name.
[[gnu::noinline]] void make_spans(long spans) {
  for (long i = 0; i < spans; ++i) {
    sonde::span<"with-attributes"> span;
    span.set_attribute<"app.count">(i);
    span.set_attribute<"app.cached">((i & 1) != 0);
    span.set_attribute<"user.handle">("sixteen chars ok");
  }
}

namespace {

[[nodiscard]] double processor_time() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

[[nodiscard]] sonde::session quiet_session() {
  return sonde::start({.service_name = "bench", .sampler = sonde::sampling::always_on{}, .diagnostics = [](auto) {}},
                      sonde::testing::null_exporter{});
}

constexpr long burst = 1000;

int at_once(int count, int bursts) {
  auto session = quiet_session();
  std::vector<double> took(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (double& mine : took)
    threads.emplace_back([&mine, bursts] {
      const sonde::span<"root"> root;
      std::vector<double> each;
      for (int i = 0; i < bursts; ++i) {
        const double begun = processor_time();
        make_spans(burst);
        each.push_back((processor_time() - begun) / burst);
        std::this_thread::sleep_for(std::chrono::milliseconds{4});
      }
      std::nth_element(each.begin(), each.begin() + bursts / 2, each.end());
      mine = each[each.size() / 2];
    });
  for (auto& each : threads) each.join();
  session.force_flush();
  const auto counted = session.stats().spans;
  double sum = 0;
  for (const double each : took) sum += each;
  std::printf("%.3f %.4f\n", sum / count, static_cast<double>(counted.dropped.total()) / static_cast<double>(counted.started));
  return 0;
}

[[nodiscard]] long resident_kib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  return 0;
}

void say_what_is_there(sonde::session& session, int threads) {
  session.force_flush();
  const auto& pool = sonde::pipeline::hub::instance().recorders;
  int recorders = 0;
  for (const auto* each = pool.first(); each != nullptr; each = each->next) ++recorders;
  const auto counted = session.stats().spans;
  std::printf("%d %d %zu %ld %llu %llu\n", threads, recorders, pool.bytes_in_use() / 1024, resident_kib(),
              static_cast<unsigned long long>(counted.taken), static_cast<unsigned long long>(counted.dropped.total()));
}

int short_lived(int count) {
  auto session = quiet_session();
  constexpr int together = 16;
  for (int made = 0; made < count; made += together) {
    std::vector<std::thread> threads;
    for (int i = made; i < std::min(made + together, count); ++i) threads.emplace_back([] { make_spans(1); });
    for (auto& each : threads) each.join();
    if (made == 0 || (made / together + 1) % (count / together / 4) == 0) say_what_is_there(session, made + together);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view asked = count > 1 ? arguments[1] : "";
  if (asked == "threads" && count == 4) return at_once(std::atoi(arguments[2]), std::atoi(arguments[3]));
  if (asked == "short-lived" && count == 3) return short_lived(std::atoi(arguments[2]));
  std::puts("scale threads THREADS BURSTS, or scale short-lived THREADS");
  return 2;
}
