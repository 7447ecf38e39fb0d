// expect: sonde: the key of baggage must be a token
// SPDX-License-Identifier: MIT
#include <sonde/baggage.hpp>

void control() { sonde::baggage_scope<"user.tier"> tier{"gold"}; }

#ifdef SONDE_COMPILE_FAIL
void baggage_key_with_a_blank() { sonde::baggage_scope<"user tier"> tier{"gold"}; }
#endif
