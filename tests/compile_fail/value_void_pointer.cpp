// expect: sonde: a value of this type has no attribute form
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span, const void* p) { span.set_attribute<"known">(p != nullptr); }

#ifdef SONDE_COMPILE_FAIL
void value_void_pointer(sonde::span<"name">& span, const void* p) { span.set_attribute<"address">(p); }
#endif
