// expect: sonde: the name of a span must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { SONDE_SPAN("name"); }

#ifdef SONDE_COMPILE_FAIL
void empty_macro_name() { SONDE_SPAN(""); }
#endif
