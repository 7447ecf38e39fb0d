// expect: sonde: the key of an X-Ray annotation may hold only letters, digits, '_' and '.', 500 at most; use set_attribute
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.put_annotation<"good_key.1">(1); }

#ifdef SONDE_COMPILE_FAIL
void bad_annotation_key(sonde::span<"name">& span) { span.put_annotation<"bad key!">(1); }
#endif
