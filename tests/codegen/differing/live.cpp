// SPDX-License-Identifier: MIT
// Switched on, a span leaves code: the check sees what it looks for.
// flags: -DSONDE_ENABLED=1
// levels: -O2
// differs: .text sonde::record::
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace live {

int value(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  return n;
}

}  // namespace live
