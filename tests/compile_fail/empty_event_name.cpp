// expect: sonde: the name of an event must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.add_event<"event">(); }

#ifdef SONDE_COMPILE_FAIL
void empty_event_name(sonde::span<"name">& span) { span.add_event<"">(); }
#endif
