// expect: sonde: the key of an attribute must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.set_attribute<"key">(1); }

#ifdef SONDE_COMPILE_FAIL
void empty_key(sonde::span<"name">& span) { span.set_attribute<"">(1); }
#endif
