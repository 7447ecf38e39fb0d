// SPDX-License-Identifier: MIT
// What it costs to continue a trace: extract from a request's headers and inject into those of the next. The bar is 100 ns for
// both, with traceparent alone and no allocation of the carrier's; the other rows show what more headers and maps add.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>

namespace {

using namespace sonde::propagation;
using steady = std::chrono::steady_clock;
using headers = std::vector<std::pair<std::string, std::string>>;

constexpr double bar = 100;  // nanoseconds

const headers plain{{"Host", "backend.example.com"},
                    {"User-Agent", "curl/7.88.1"},
                    {"Accept", "application/json"},
                    {"Content-Type", "application/json"},
                    {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};

[[nodiscard]] headers with(headers more) {
  more.insert(more.begin(), plain.begin(), plain.end());
  return more;
}
const headers with_tracestate = with({{"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"}});
const headers with_baggage = with({{"baggage", "userId=alice,serverNode=DF%2028,isProduction=false"}});
const headers with_xray =
    with({{"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1"}});
const std::multimap<std::string, std::string> in_a_map{plain.begin(), plain.end()};

/// Room for eight headers, made once: a carrier that costs next to nothing.
class fixed_carrier {
 public:
  void set(std::string_view name, std::string_view value) noexcept {
    slot& free = slots_[used_++ % 8];
    std::memcpy(free.name, name.data(), name.size());
    std::memcpy(free.value, value.data(), value.size());
    asm volatile("" ::"r"(&free) : "memory");
  }

 private:
  struct slot {
    char name[32];
    char value[1024];
  };
  slot slots_[8];
  std::size_t used_ = 0;
};
fixed_carrier fixed;
std::multimap<std::string, std::string> reused_map = in_a_map;

constexpr propagator_list all{propagator::tracecontext, propagator::baggage, propagator::xray};

template <class Incoming, class Outgoing>
void pass_on(const Incoming& incoming, Outgoing& outgoing, propagator_list list) {
  const extracted found = extract(incoming, list);
  inject(outgoing, list, found, &found.fields);
}

struct contender {
  const char* what;
  void (*run)();
};
constexpr contender contenders[] = {
    {"5 headers, traceparent", [] { pass_on(plain, fixed, {}); }},
    {"extract alone",
     [] {
       const extracted found = extract(plain, {});
       asm volatile("" ::"r"(&found) : "memory");
     }},
    {"and tracestate of 2", [] { pass_on(with_tracestate, fixed, {}); }},
    {"and baggage of 3", [] { pass_on(with_baggage, fixed, {}); }},
    {"and X-Amzn-Trace-Id, 3 propagators", [] { pass_on(with_xray, fixed, all); }},
    {"traceparent, from std::multimap into another, replacing", [] { pass_on(in_a_map, reused_map, {}); }},
};

/// Nanoseconds each, the median of many rounds.
[[nodiscard]] double measure(void (*run)()) {
  constexpr int each = 20'000;
  std::vector<double> rounds;
  for (int round = 0; round < 101; ++round) {
    const auto begun = steady::now();
    for (int i = 0; i < each; ++i) run();
    rounds.push_back(std::chrono::duration<double, std::nano>(steady::now() - begun).count() / each);
  }
  std::nth_element(rounds.begin(), rounds.begin() + 50, rounds.end());
  return rounds[50];
}

}  // namespace

/// `--nanoseconds` prints the first figure and nothing else, for the speed table.
int main(int count, char** arguments) {
  if (count > 1 && std::string_view{arguments[1]} == "--nanoseconds") {
    std::printf("%.1f\n", measure(contenders[0].run));
    return 0;
  }
  for (const contender& each : contenders) std::printf("%-58s %7.1f ns\n", each.what, measure(each.run));
  std::printf("the bar for the first is %.0f ns\n", bar);
  return 0;
}
