// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// Headers in and out, and baggage.
#include <map>
#include <string>
#ifndef STRIPPED
#include <sonde/baggage.hpp>
#include <sonde/propagation.hpp>
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

using headers = std::map<std::string, std::string>;
int work(int);
int answer(const headers&);

int take(const headers& request, int n) {
  INSTRUMENTED(const auto incoming = sonde::extract(request);)
  INSTRUMENTED(sonde::propagation_scope travelling{incoming};)
  INSTRUMENTED(sonde::span<"GET /x"> span{sonde::kind::server, incoming};)
  return work(n) + answer(request);
}
int make(headers& request, int n) {
  INSTRUMENTED(sonde::span<"GET"> span{sonde::kind::client};)
  INSTRUMENTED(sonde::inject(request);)
  const int sum = work(n);
  INSTRUMENTED(sonde::inject(request, sonde::span_context{});)
  return sum + answer(request);
}
int with_baggage(const headers& request, int n) {
  INSTRUMENTED(sonde::baggage_scope<"user.tier"> tier{"gold"};)
  return work(n) + answer(request);
}
