// SPDX-License-Identifier: MIT
// Callables inside spans: what is left is the call.
#include <utility>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#define IN_SPAN(...) sonde::in_span<"x">(__VA_ARGS__)
#define CAPTURE(...) sonde::capture<"x">(__VA_ARGS__)
#define BIND_CURRENT(...) sonde::bind_current(__VA_ARGS__)
#else
#define IN_SPAN(...) (__VA_ARGS__)()
#define CAPTURE(...) __VA_ARGS__
#define BIND_CURRENT(...) __VA_ARGS__
#endif

namespace callables {

INSTRUMENTED(using tracer = sonde::tracer<"home.activities">;)

struct service {
  int run(int) const;
  int count;
};
void done();

int in_span(int n) {
  return IN_SPAN([&] { return work(n); }) + 1;
}
int& in_span_by_reference(int& n) {
  return IN_SPAN([&]() -> int& { return n; });
}
void in_span_without_result() { IN_SPAN([] { done(); }); }
void in_span_of_a_function() { IN_SPAN(done); }
int in_tracer_span(int n) {
  INSTRUMENTED(return tracer::in_span<"x">([n] { return work(n); }) + 1;)
  BY_HAND(return work(n) + 1;)
}
int in_nested_spans(int n) {
  return IN_SPAN([&] { return IN_SPAN([&] { return work(n); }) + 1; });
}
int captured(int n) {
  const auto run = CAPTURE([n](int more) { return work(n + more); });
  return run(1) + 1;
}
int captured_mutable(int n) {
  INSTRUMENTED(auto run = tracer::capture<"x">([n]() mutable { return work(n++); });)
  BY_HAND(auto run = [n]() mutable { return work(n++); };)
  return run() + run();
}
int captured_function(int n) {
  const auto run = CAPTURE(work);
  return run(n) + 1;
}
int captured_by_template_argument(int n) {
  INSTRUMENTED(const auto run = sonde::capture<&work>();)
  BY_HAND(const auto run = work;)
  return run(n) + 1;
}
int captured_member(const service& backend, int n) {
  INSTRUMENTED(const auto run = tracer::capture<&service::run>();)
  INSTRUMENTED(return run(backend, n) + 1;)
  BY_HAND(return backend.run(n) + 1;)
}
int captured_member_pointer(const service& backend, int n) {
  INSTRUMENTED(const auto run = sonde::capture<"run">(&service::run);)
  INSTRUMENTED(return run(backend, n) + 2;)
  BY_HAND(return backend.run(n) + 2;)
}
int bound(int n) {
  const auto task = BIND_CURRENT([n] { return work(n); });
  return task() + 1;
}
template <class Task>
int call_later(Task task) {
  return task() + 1;
}
int bound_and_passed_on(int n) {
  return call_later(BIND_CURRENT([n] { return n + 2; }));
}

}  // namespace callables

#undef IN_SPAN
#undef CAPTURE
#undef BIND_CURRENT
