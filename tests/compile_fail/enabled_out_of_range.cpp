// expect: sonde: SONDE_ENABLED must be 0 or 1
// SPDX-License-Identifier: MIT
#ifdef SONDE_COMPILE_FAIL
#define SONDE_ENABLED 2
#endif
#include <sonde/sonde.hpp>
