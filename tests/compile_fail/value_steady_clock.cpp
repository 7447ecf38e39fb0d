// expect: sonde: a value of this type has no attribute form
// SPDX-License-Identifier: MIT
#include <chrono>

#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.set_attribute<"now">(std::chrono::system_clock::now()); }

#ifdef SONDE_COMPILE_FAIL
void value_steady_clock(sonde::span<"name">& span) { span.set_attribute<"now">(std::chrono::steady_clock::now()); }
#endif
