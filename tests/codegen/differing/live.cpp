// flags: -DSONDE_ENABLED=1
// SPDX-License-Identifier: MIT
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

int value(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  return n;
}
