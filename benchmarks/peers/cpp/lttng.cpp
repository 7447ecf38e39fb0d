// SPDX-License-Identifier: MIT
// LTTng-UST at the work of benchmarks/peers: two events a span, into the buffers of the tracing session that
// benchmarks/peers/spans has made; without one, into nothing, which it refuses to time.

#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng_events.h"

#include "bursts.hpp"

int main(int count, char** arguments) {
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  if (!lttng_ust_tracepoint_enabled(sonde_bench, ended)) {
    std::fputs("no tracing session takes the events\n", stderr);
    return 1;
  }
  const auto plain = [](long) {
    lttng_ust_tracepoint(sonde_bench, begun, "home-activities");
    lttng_ust_tracepoint(sonde_bench, ended);
  };
  const auto three = [](long i) {
    lttng_ust_tracepoint(sonde_bench, begun, "home-activities");
    lttng_ust_tracepoint(sonde_bench, ended_with_three, i, static_cast<int>(i & 1), "sixteen chars ok");
  };
  bench::time(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])), plain, three, [] {});
  return 0;
}
