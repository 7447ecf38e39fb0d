// SPDX-License-Identifier: MIT
// Tracy at the work of benchmarks/peers: zones, kept in memory since no profiler is connected. Its attributes have no keys.

#include <cstdint>

#include <tracy/Tracy.hpp>

#include "bursts.hpp"

int main(int count, char** arguments) {
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  const auto plain = [](long) { ZoneScopedN("home-activities"); };
  const auto three = [](long i) {
    ZoneScopedN("home-activities");
    ZoneValue(static_cast<std::uint64_t>(i));
    ZoneValue(static_cast<std::uint64_t>(i & 1));
    ZoneText("sixteen chars ok", 16);
  };
  bench::time(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])), plain, three, [] {});
  return 0;
}
