// expect: sonde: text is needed here (a string, a view or a literal)
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.set_status(sonde::status::error, "not found"); }

#ifdef SONDE_COMPILE_FAIL
void status_from_a_number(sonde::span<"name">& span) { span.set_status(sonde::status::error, 404); }
#endif
