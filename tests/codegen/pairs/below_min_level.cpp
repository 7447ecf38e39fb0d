// flags: -DSONDE_ENABLED=1 -DSONDE_MIN_LEVEL=3
// SPDX-License-Identifier: MIT
// What is levelled below SONDE_MIN_LEVEL is gone even where the rest is on.
#include <string_view>
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
using tracer = sonde::tracer<"home.activities">;
#else
#define INSTRUMENTED(...)
#endif

int work(int);

int levelled_span(int n, std::string_view handle) {
  INSTRUMENTED(sonde::span_at<sonde::level::trace, "trace"> trace;)
  INSTRUMENTED(sonde::span_at<sonde::level::debug, "debug"> debug{sonde::kind::client};)
  INSTRUMENTED(tracer::span_at<sonde::level::info, "info"> info;)
  INSTRUMENTED(info.set_attribute<"handle">(handle);)
  INSTRUMENTED(info.add_event<"seen">(sonde::attr<"n">(n));)
  return work(n);
}
