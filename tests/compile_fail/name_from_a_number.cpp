// expect: sonde: text is needed here (a string, a view or a literal)
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.update_name("GET /"); }

#ifdef SONDE_COMPILE_FAIL
void name_from_a_number(sonde::span<"name">& span) { span.update_name(404); }
#endif
