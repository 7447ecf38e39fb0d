// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// The documented limit: an argument with effects is still evaluated, and this is all that is left.
#include <string>
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define SET_ATTRIBUTE(...) span.set_attribute<"x">(__VA_ARGS__)
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define SET_ATTRIBUTE(...) evaluate(__VA_ARGS__)
#define INSTRUMENTED(...)
#endif

template <class Value>
[[gnu::always_inline]] inline void evaluate(const Value&) noexcept {}

int work(int);
std::string digest(int);

int value_of_a_call(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  SET_ATTRIBUTE(work(n));
  return work(n);
}
int value_that_is_destroyed(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  SET_ATTRIBUTE(digest(n));
  SET_ATTRIBUTE(std::to_string(n));
  return work(n);
}
