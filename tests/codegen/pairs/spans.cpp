// SPDX-License-Identifier: MIT
// Every way to open a span, and what an open one is made of.
#include <type_traits>
#include <utility>

#include "../instrumented.hpp"
#ifndef STRIPPED

#include <sonde/sonde.hpp>
#endif

namespace spans {

template <class Idle>
concept empty_and_trivial = std::is_empty_v<Idle> && std::is_trivial_v<Idle>;
template <class Idle>
concept empty = std::is_empty_v<Idle> && std::is_trivially_destructible_v<Idle>;
INSTRUMENTED(using tracer = sonde::tracer<"home.activities", "1.2">;)
HOLDS_WHERE_OFF(empty_and_trivial<sonde::span<"x">>)
HOLDS_WHERE_OFF(empty_and_trivial<tracer::span<"x">>)
HOLDS_WHERE_OFF(empty_and_trivial<sonde::span_at<sonde::level::critical, "x">>)
HOLDS_WHERE_OFF(empty_and_trivial<decltype(sonde::current_span())>)
HOLDS_WHERE_OFF(empty<sonde::detached_span<"x">> && empty<sonde::scope>)

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
class service {
 public:
  int count;
  service();
  virtual ~service();
  int run(int n) const;
  virtual int answer(int n);
};
service::service() : count{work(1)} { INSTRUMENTED(SONDE_SPAN();) }
service::~service() {
  INSTRUMENTED(SONDE_SPAN();)
  work(count);
}
int service::run(int n) const {
  INSTRUMENTED(SONDE_SPAN();)
  return work(n) + count;
}
int service::answer(int n) {
  INSTRUMENTED(sonde::span<"answer"> span;)
  return work(n) - count;
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
int under_a_parent(int n) {
  INSTRUMENTED(sonde::span<"outer"> outer;)
  INSTRUMENTED(sonde::span<"inner"> inner{outer.context()};)
  INSTRUMENTED(sonde::span<"current"> current{sonde::kind::consumer, sonde::current_span().context()};)
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
int in_a_static_variable(int n) {
  static int kept = [] {
    INSTRUMENTED(sonde::span<"once"> once;)
    return work(7);
  }();
  return kept + n;
}
int before_a_tail_call(int n) {
  INSTRUMENTED(sonde::span<"tail"> span;)
  return work(n);
}
int where_told_apart(int n) {
  INSTRUMENTED(if constexpr (sonde::enabled && sonde::capture_location && sonde::min_level == sonde::level::trace) return 0;)
  return work(n);
}

}  // namespace spans
