// SPDX-License-Identifier: MIT
// What benchmarks/peers/otlp_export meters: so many spans under one root, exported over OTLP as the environment says. The
// programs of the SDKs beside it do the same work: child spans with an int, a bool and 16 characters, flushed in rounds.

#define SONDE_CAPTURE_LOCATION 0  // the SDKs do not send the place in the source either

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

int main(int count, char** arguments) {
  const long spans = count > 1 ? std::atol(arguments[1]) : 1'000'000;
  const long round = count > 2 ? std::atol(arguments[2]) : 10'240;
  auto session = sonde::start({}, sonde::otlp::exporter{});
  {
    const sonde::span<"root"> root;
    for (long made = 0; made < spans; made += round) {
      for (long i = made; i < std::min(made + round, spans); ++i) {
        sonde::span<"home-activities"> span;
        span.set_attribute<"app.count">(i);
        span.set_attribute<"app.cached">((i & 1) != 0);
        span.set_attribute<"user.handle">("sixteen chars ok");
      }
      if (!session.force_flush(std::chrono::seconds{30})) return 1;
    }
  }
  return session.shutdown(std::chrono::seconds{30}) ? 0 : 1;
}
