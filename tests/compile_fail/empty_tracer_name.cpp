// expect: sonde: the name of a tracer must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { sonde::tracer<"scope">::span<"name"> span; }

#ifdef SONDE_COMPILE_FAIL
void empty_tracer_name() { sonde::tracer<"">::span<"name"> span; }
#endif
