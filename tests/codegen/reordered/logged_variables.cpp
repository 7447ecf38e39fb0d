// SPDX-License-Identifier: MIT
// Variables that live in registers as arguments of a log function, which takes them by reference as fmt does: the
// operations stay the same, their order and registers may not.
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#endif

namespace logged_variables {

int logged_in_a_loop(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    sum += work(i);
    INSTRUMENTED(sonde::log::debug("turn {}: {}", i, sum);)
  }
  return sum;
}

}  // namespace logged_variables
