// SPDX-License-Identifier: MIT
// The documented limit, seen from the other side: an evaluated argument does not vanish with the span.
// differs: .text value_form_remains::digest
#include <string>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>
#endif

namespace value_form_remains {

std::string digest(int);

int value(int n) {
  INSTRUMENTED(sonde::span<"value"> span;)
  INSTRUMENTED(span.set_attribute<"digest">(digest(n));)
  return n;
}
/// In a log line, too.
int logged(int n) {
  INSTRUMENTED(sonde::log::info("{}", digest(n));)
  return n;
}

}  // namespace value_form_remains
