// SPDX-License-Identifier: MIT
// A level that is kept leaves code, in spans and in logs.
// flags: -DSONDE_MIN_LEVEL=3
// levels: -O2
// differs: .text sonde::record::
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#endif

namespace at_min_level {

int value(int n) {
  INSTRUMENTED(sonde::span_at<sonde::level::warning, "value"> span;)
  return n;
}
int logged(int n) {
  INSTRUMENTED(sonde::log::warning("{}", n);)
  return n;
}

}  // namespace at_min_level
