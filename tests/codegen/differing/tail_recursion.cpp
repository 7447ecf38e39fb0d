// SPDX-License-Identifier: MIT
// A documented limit, of GCC: a function that calls itself in what it returns. An object in its scope, be it empty, and the
// compiler does not make a loop of the last call.
// levels: -O2, -O3
// differs: gcc .text tail_recursion::recursion
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace tail_recursion {

int recursion(int n) {
  INSTRUMENTED(sonde::span<"recursion"> span;)
  return n < 2 ? n : recursion(n - 1) + recursion(n - 2);
}

}  // namespace tail_recursion
