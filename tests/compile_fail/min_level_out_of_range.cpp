// expect: sonde: SONDE_MIN_LEVEL must be a number from 0 (trace) to 5 (critical)
// SPDX-License-Identifier: MIT
#ifdef SONDE_COMPILE_FAIL
#define SONDE_MIN_LEVEL 9
#endif
#include <sonde/sonde.hpp>
