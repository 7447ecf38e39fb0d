// expect: sonde: the name of a span must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { sonde::span<"name"> span; }

#ifdef SONDE_COMPILE_FAIL
void empty_span_name() { sonde::span<""> span; }
#endif
