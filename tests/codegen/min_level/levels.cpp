// SPDX-License-Identifier: MIT
// What is levelled below SONDE_MIN_LEVEL is gone even where the rest is on. Compiled for each value of it.
#include <string_view>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#endif

namespace levels {

INSTRUMENTED(using tracer = sonde::tracer<"home.activities">;)

#define SPANS_OF(LEVEL)                                                                      \
  int spans_of_##LEVEL(int n, std::string_view handle) {                                     \
    INSTRUMENTED(sonde::span_at<sonde::level::LEVEL, "plain"> plain;)                        \
    INSTRUMENTED(sonde::span_at<sonde::level::LEVEL, "client"> client{sonde::kind::client};) \
    INSTRUMENTED(tracer::span_at<sonde::level::LEVEL, "of a tracer"> traced;)                \
    INSTRUMENTED(traced.set_attribute<"handle">(handle);)                                    \
    INSTRUMENTED(traced.add_event<"seen">(sonde::attr<"n">(n));)                             \
    return work(n);                                                                          \
  }
#define LOGS_OF(LEVEL)                                                                                                       \
  int logs_of_##LEVEL(int n, std::string_view handle) {                                                                      \
    INSTRUMENTED(sonde::log::LEVEL("no arguments");)                                                                         \
    INSTRUMENTED(sonde::log::LEVEL("{} activities for {}", n, handle);)                                                      \
    INSTRUMENTED(sonde::log::LEVEL("with attributes {}", 1.5, sonde::attr<"app.n">(n), sonde::attr<"handle">(handle));)      \
    return work(n);                                                                                                          \
  }

#if SONDE_MIN_LEVEL > 0
SPANS_OF(trace)
LOGS_OF(trace)
#endif
#if SONDE_MIN_LEVEL > 1
SPANS_OF(debug)
LOGS_OF(debug)
#endif
#if SONDE_MIN_LEVEL > 2
SPANS_OF(info)
LOGS_OF(info)
#endif
#if SONDE_MIN_LEVEL > 3
SPANS_OF(warning)
LOGS_OF(warning)
#endif
#if SONDE_MIN_LEVEL > 4
SPANS_OF(error)
LOGS_OF(error)
#endif

}  // namespace levels
