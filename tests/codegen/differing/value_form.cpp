// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// The documented limit, seen from the other side: an evaluated argument does not vanish with the span.
#include <string>
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

std::string digest(int);

int value(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"digest">(digest(n));)
  return n;
}
