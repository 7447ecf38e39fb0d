// SPDX-License-Identifier: MIT
// The lambda form where it captures variables that live in registers: the capture takes their address, and compilers then
// number them anew. The operations stay the same, their order and registers may not.
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace captured_variables {

int captured_by_reference(int n) {
  INSTRUMENTED(sonde::span<"sum"> span;)
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += work(i);
  INSTRUMENTED(span.set_attribute<"sum">([&] { return sum; });)
  return sum;
}
int captured_in_a_loop(int n) {
  int sum = 1;
  for (int i = 0; i < n; ++i) {
    INSTRUMENTED(sonde::span<"turn"> turn;)
    INSTRUMENTED(turn.set_attribute<"i">([&] { return i; });)
    sum *= work(i);
  }
  return sum;
}
int captured_by_value(int n) {
  INSTRUMENTED(sonde::span<"sum"> span;)
  int sum = 0;
  for (int i = 0; i < n; ++i) sum ^= work(i);
  INSTRUMENTED(span.set_attribute<"sum">([sum] { return sum; });)
  return sum;
}

}  // namespace captured_variables
