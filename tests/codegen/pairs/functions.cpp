// SPDX-License-Identifier: MIT
// Functions that optimisers look at closely: constexpr ones, hot loops, recursive templates, inline and static ones.
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/sonde.hpp>
#endif

namespace functions {

/// A live span is no constant, an idle one is.
HOLDS_WHERE_OFF([](int n) {
  sonde::span<"constant"> span{sonde::kind::internal};
  span.set_attribute<"n">(n);
  span.add_event<"seen">(sonde::attr<"n">(n));
  SONDE_SPAN();
  return sonde::in_span<"twice">([n] { return 2 * n; });
}(4) == 8)
constexpr int traced_at_run_time(int n) {
  INSTRUMENTED(if (!std::is_constant_evaluated()) return sonde::in_span<"twice">([n] { return 2 * n; });)
  return 2 * n;
}
static_assert(traced_at_run_time(4) == 8);
extern const int constant;
const int constant = traced_at_run_time(1);
constinit int initialised = traced_at_run_time(2);
int at_run_time(int n) { return traced_at_run_time(n) + traced_at_run_time(n + 1); }

int hot_loop(const int* values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    INSTRUMENTED(sonde::span<"turn"> turn;)
    INSTRUMENTED(turn.set_attribute<"i">(i);)
    sum += values[i];
  }
  return sum;
}
void hot_loop_over_floats(float* values, float factor, int count) {
  INSTRUMENTED(SONDE_SPAN();)
  for (int i = 0; i < count; ++i) {
    INSTRUMENTED(sonde::span_at<sonde::level::debug, "turn"> turn;)
    INSTRUMENTED(turn.put_metadata<"factor">(factor);)
    values[i] *= factor;
    INSTRUMENTED(turn.add_event<"scaled">(sonde::attr<"i">(i));)
  }
}
template <int Depth>
long summed(int n) {
  INSTRUMENTED(SONDE_SPAN();)
  INSTRUMENTED(sonde::current_span().set_attribute<"depth">(Depth);)
  return work(n + Depth) + summed<Depth - 1>(n);
}
template <>
long summed<0>(int n) {
  INSTRUMENTED(SONDE_SPAN("end");)
  return work(n);
}
long recursive_template(int n) { return summed<7>(n); }
template <class First, class... Rest>
int sum_of(First first, Rest... rest) {
  INSTRUMENTED(sonde::span<"sum"> span;)
  INSTRUMENTED(span.set_attribute<"left">(sizeof...(rest));)
  if constexpr (sizeof...(rest) == 0)
    return work(static_cast<int>(first));
  else
    return static_cast<int>(first) + sum_of(rest...);
}
int variadic_template(int n) { return sum_of(n, 2L, short{3}, 'x'); }
inline int inlined(int n) {
  INSTRUMENTED(SONDE_SPAN();)
  return work(n) * 3;
}
static int of_this_file(int n) {
  INSTRUMENTED(SONDE_SPAN();)
  return inlined(n) + 1;
}
int through_both(int n) { return of_this_file(n) + inlined(n + 1) + of_this_file(n + 2); }
int (*address_taken())(int) { return inlined; }
}  // namespace functions
