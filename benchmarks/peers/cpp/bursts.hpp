// SPDX-License-Identifier: MIT
#pragma once

// How the C++ programs of this folder are called, and how they time a burst of spans: `PROGRAM spans BURST BURSTS`.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace bench {

/// Says what a span costs its thread, in ns, without attributes and with three: medians over bursts, which alternate.
/// `plain(i)` and `three(i)` make one span each; between two bursts `flush` waits until what was queued is gone.
template <class Plain, class Three, class Flush>
void time(long burst, int bursts, Plain plain, Three three, Flush flush) {
  std::vector<double> costs[2];
  const auto one = [&](auto& make, std::vector<double>& into) {
    const auto begun = std::chrono::steady_clock::now();
    for (long i = 0; i < burst; ++i) make(i);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
    into.push_back(took.count() / static_cast<double>(burst));
    flush();
  };
  for (int i = 0; i < bursts; ++i) {
    one(plain, costs[0]);
    one(three, costs[1]);
  }
  for (auto& each : costs) std::sort(each.begin(), each.end());
  const auto middle = static_cast<std::size_t>(bursts / 2);
  std::printf("%.2f %.2f\n", costs[0][middle], costs[1][middle]);
}

/// Whether the program was called as `PROGRAM <verb> A B`.
[[nodiscard]] inline bool is_asked(int count, char** arguments, std::string_view verb) {
  return count == 4 && arguments[1] == verb;
}
[[nodiscard]] inline long number(const char* text) { return std::atol(text); }

inline int refuse() {
  std::fputs("usage: PROGRAM spans BURST BURSTS\n", stderr);
  return 2;
}

}  // namespace bench
