// flags: -DSONDE_ENABLED=1 -DSONDE_MIN_LEVEL=3
// SPDX-License-Identifier: MIT
// Logs below SONDE_MIN_LEVEL are gone even where the rest is on.
#include <string_view>
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

int work(int);

int logged(int n, std::string_view handle) {
  INSTRUMENTED(sonde::log::trace("no arguments");)
  INSTRUMENTED(sonde::log::debug("{} activities for {}", n, handle);)
  INSTRUMENTED(sonde::log::info("with attributes {}", 1.5, sonde::attr<"app.n">(n), sonde::attr<"handle">(handle));)
  return work(n);
}
