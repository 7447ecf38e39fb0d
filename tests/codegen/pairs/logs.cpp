// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// Log records, with and without arguments and attributes.
#include <string>
#include <string_view>
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

int work(int);

int logged(int n, std::string_view handle, const std::string& text) {
  INSTRUMENTED(sonde::span<"logged"> span;)
  INSTRUMENTED(sonde::log::info("no arguments");)
  INSTRUMENTED(sonde::log::info("{} activities for {}", n, handle);)
  INSTRUMENTED(sonde::log::critical("{}", text);)
  INSTRUMENTED(sonde::log::warning("with attributes {}", 1.5, sonde::attr<"app.n">(n), sonde::attr<"handle">(handle));)
  return work(n);
}
