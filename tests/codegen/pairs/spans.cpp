// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// Every way to open a span.
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
using tracer = sonde::tracer<"home.activities", "1.2">;
sonde::span_context incoming();
#else
#define INSTRUMENTED(...)
#endif

int work(int);

int plain(int n) {
  INSTRUMENTED(sonde::span<"plain"> span;)
  return work(n) + 1;
}
int macro_unnamed(int n) {
  INSTRUMENTED(SONDE_SPAN();)
  return work(n) + 1;
}
int macro_named(int n) {
  INSTRUMENTED(SONDE_SPAN("mock-data");)
  return work(n) + 1;
}
template <class T>
T macro_in_template(T n) {
  INSTRUMENTED(SONDE_SPAN();)
  return static_cast<T>(work(static_cast<int>(n)));
}
template long macro_in_template<long>(long);
int macro_in_lambda(int n) {
  const auto inner = [n] {
    INSTRUMENTED(SONDE_SPAN();)
    return work(n);
  };
  return inner();
}
int of_tracer(int n) {
  INSTRUMENTED(tracer::span<"mock-data"> span;)
  return work(n) + 1;
}
int levelled(int n) {
  INSTRUMENTED(sonde::span_at<sonde::level::critical, "probe"> span;)
  INSTRUMENTED(tracer::span_at<sonde::level::trace, "probe"> inner;)
  return work(n) + 1;
}
int of_a_kind(int n) {
  INSTRUMENTED(sonde::span<"request"> span{sonde::kind::server};)
  INSTRUMENTED(sonde::span<"client"> inner{sonde::kind::client, sonde::span_context{}};)
  return work(n) + 1;
}
int nested(int n) {
  INSTRUMENTED(sonde::span<"outer"> outer;)
  int sum = work(n);
  {
    INSTRUMENTED(sonde::span<"inner"> inner;)
    sum += work(n + 1);
  }
  return sum;
}
int in_a_hot_loop(const int* values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    INSTRUMENTED(sonde::span<"turn"> turn;)
    INSTRUMENTED(turn.set_attribute<"i">(i);)
    sum += values[i];
  }
  return sum;
}
int detached(int n) {
  INSTRUMENTED(sonde::detached_span<"job"> job;)
  INSTRUMENTED(tracer::detached_span<"job"> other{sonde::kind::producer};)
  {
    INSTRUMENTED(sonde::scope active{job};)
    n = work(n);
  }
  INSTRUMENTED(auto moved = std::move(job);)
  INSTRUMENTED(moved.end();)
  return n;
}
