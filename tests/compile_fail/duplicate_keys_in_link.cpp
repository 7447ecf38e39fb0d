// expect: sonde: a key may be used only once in an event, a link or a log record
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.add_link(span.context(), sonde::attr<"a">(1), sonde::attr<"b">(2)); }

#ifdef SONDE_COMPILE_FAIL
void duplicate_keys_in_link(sonde::span<"name">& span) {
  span.add_link(span.context(), sonde::attr<"a">(1), sonde::attr<"a">(2));
}
#endif
