// SPDX-License-Identifier: MIT
// Headers in and out, and baggage.
#include <map>
#include <optional>
#include <string>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/baggage.hpp>
#include <sonde/propagation.hpp>
#include <sonde/sonde.hpp>
#endif

namespace propagation {

HOLDS_WHERE_OFF(std::is_empty_v<sonde::extracted> && std::is_trivial_v<sonde::extracted>)
HOLDS_WHERE_OFF(std::is_empty_v<sonde::propagation_scope> && std::is_empty_v<sonde::baggage_scope<"x">>)

using headers = std::map<std::string, std::string>;
int answer(const headers&);

int take(const headers& request, int n) {
  INSTRUMENTED(const auto incoming = sonde::extract(request);)
  INSTRUMENTED(sonde::propagation_scope travelling{incoming};)
  INSTRUMENTED(sonde::span<"GET /x"> span{sonde::kind::server, incoming};)
  INSTRUMENTED(if (incoming.asks_for_decision) return 0;)
  return work(n) + answer(request);
}
int take_parent(const headers& request, int n) {
  INSTRUMENTED(const sonde::extracted incoming = sonde::extract(request);)
  INSTRUMENTED(sonde::span<"GET /x"> span{incoming.parent};)
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
int reading_baggage(int n) {
  INSTRUMENTED(if (const auto tier = sonde::baggage_value("user.tier")) return work(static_cast<int>(tier->size()));)
  return work(n);
}

}  // namespace propagation
