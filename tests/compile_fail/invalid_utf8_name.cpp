// expect: sonde: the name of a span must be valid UTF-8
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control() { sonde::span<"caf\xC3\xA9"> span; }

#ifdef SONDE_COMPILE_FAIL
void invalid_utf8_name() { sonde::span<"caf\xE9"> span; }
#endif
