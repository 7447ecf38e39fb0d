// expect: sonde: pass the attributes of an event as sonde::attr<
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.add_event<"event">(sonde::attr<"key">(1)); }

#ifdef SONDE_COMPILE_FAIL
void event_value_without_key(sonde::span<"name">& span) { span.add_event<"event">(1); }
#endif
