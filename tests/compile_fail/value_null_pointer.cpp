// expect: sonde: a value of this type has no attribute form
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span, const char* text) { span.set_attribute<"text">(text); }

#ifdef SONDE_COMPILE_FAIL
void value_null_pointer(sonde::span<"name">& span) { span.set_attribute<"text">(nullptr); }
#endif
