// expect: sonde: text is needed here (a string, a view or a literal)
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { sonde::report_message("Hello World!"); }

#ifdef SONDE_COMPILE_FAIL
void report_of_a_number() { sonde::report_message(404); }
#endif
