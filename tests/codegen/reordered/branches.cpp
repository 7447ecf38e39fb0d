// SPDX-License-Identifier: MIT
// A function that returns in many places: where a span's scope ends at each of them, Clang lays out the branches in another
// order.
#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace branches {

int switched(int n) {
  INSTRUMENTED(sonde::span<"switch"> span;)
  switch (n) {
    case 0: INSTRUMENTED(span.add_event<"none">();) return work(3);
    case 1: INSTRUMENTED(span.set_status(sonde::status::error, "one");) return 17;
    case 2: return work(5) + 1;
    case 3: return 4;
    case 4: INSTRUMENTED(span.update_name("four");) return work(9);
    default: return -1;
  }
}


}  // namespace branches
