// SPDX-License-Identifier: MIT
// sonde at the work of benchmarks/peers: child spans of one root, timed in bursts or exported over OTLP as the environment says.
//   sonde export SPANS ROUND    sonde spans BURST BURSTS

#define SONDE_CAPTURE_LOCATION 0  // the others do not send the place in the source either

#include <algorithm>
#include <chrono>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

#include "bursts.hpp"

namespace {

void plain(long) { sonde::span<"home-activities"> span; }

void three(long i) {
  sonde::span<"home-activities"> span;
  span.set_attribute<"app.count">(i);
  span.set_attribute<"app.cached">((i & 1) != 0);
  span.set_attribute<"user.handle">("sixteen chars ok");
}

[[nodiscard]] bool export_all(long spans, long round) {
  auto session = sonde::start({}, sonde::otlp::exporter{});
  {
    const sonde::span<"root"> root;
    for (long made = 0; made < spans; made += round) {
      for (long i = made; i < std::min(made + round, spans); ++i) three(i);
      if (!session.force_flush(std::chrono::seconds{30})) return false;
    }
  }
  return session.shutdown(std::chrono::seconds{30});
}

void time_bursts(long burst, int bursts) {
  auto session = sonde::start({.diagnostics = [](auto) {}}, sonde::testing::null_exporter{});
  const sonde::span<"root"> root;
  bench::time(burst, bursts, plain, three, [&] { session.force_flush(); });
}

}  // namespace

int main(int count, char** arguments) {
  if (bench::is_asked(count, arguments, "export"))
    return export_all(bench::number(arguments[2]), bench::number(arguments[3])) ? 0 : 1;
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  time_bursts(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])));
  return 0;
}
