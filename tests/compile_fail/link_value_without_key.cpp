// expect: sonde: pass the attributes of a link as sonde::attr<
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.add_link(span.context(), sonde::attr<"key">(1)); }

#ifdef SONDE_COMPILE_FAIL
void link_value_without_key(sonde::span<"name">& span) { span.add_link(span.context(), 1); }
#endif
