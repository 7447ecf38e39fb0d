// SPDX-License-Identifier: MIT
// Values that lie in memory, given from a loop that is vectorised: GCC may exchange two loads.
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace values_in_memory {

void scaled(float* values, const float* factors, int count) {
  INSTRUMENTED(SONDE_SPAN();)
  for (int i = 0; i < count; ++i) {
    INSTRUMENTED(sonde::span_at<sonde::level::debug, "turn"> turn;)
    INSTRUMENTED(turn.put_metadata<"factor">(factors[i]);)
    values[i] *= factors[i];
    INSTRUMENTED(turn.add_event<"scaled">(sonde::attr<"value">(values[i]));)
  }
}

}  // namespace values_in_memory
