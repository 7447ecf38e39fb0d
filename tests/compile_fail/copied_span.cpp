// expect: deleted
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { sonde::span<"name"> span; }

#ifdef SONDE_COMPILE_FAIL
void copied_span(sonde::span<"name">& span) { sonde::span<"name"> copy{span}; }
#endif
