// SPDX-License-Identifier: MIT
// The documented limit: an argument with effects is still evaluated, and this is all that is left.
#include <string>
#include <vector>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace value_form {

template <class... Values>
[[gnu::always_inline]] inline void evaluate(const Values&...) noexcept {}

std::string digest(int);
int next();

int value_of_a_call(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"x">(work(n));)
  BY_HAND(evaluate(work(n));)
  return work(n);
}
int value_that_is_destroyed(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"x">(digest(n));)
  BY_HAND(evaluate(digest(n));)
  INSTRUMENTED(span.put_annotation<"x">(std::to_string(n));)
  BY_HAND(evaluate(std::to_string(n));)
  return work(n);
}
int values_of_an_event(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.add_event<"x">(sonde::attr<"n">(next()), sonde::attr<"digest">(digest(n)));)
  BY_HAND(evaluate(next(), digest(n));)
  return work(n);
}
/// Without effects nothing remains, whatever it takes to compute it.
int values_without_effects(int n, const std::vector<int>& list) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"size">(list.size());)
  INSTRUMENTED(span.set_attribute<"empty">(list.empty());)
  INSTRUMENTED(span.set_attribute<"product">(n * 7 + static_cast<int>(list.size()));)
  return work(n);
}
/// An argument that changes the user's own variable has changed it.
int values_with_effects(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"n">(++n);)
  BY_HAND(++n;)
  return work(n);
}

}  // namespace value_form
