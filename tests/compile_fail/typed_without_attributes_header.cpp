// expect: sonde: a span with typed attributes needs #include <sonde/attributes.hpp>
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

struct point {
  int x;
  int y;
};

void control() { sonde::span<"name"> span; }

#ifdef SONDE_COMPILE_FAIL
void typed_without_attributes_header() { sonde::span<"name", point> span{{.x = 1, .y = 2}}; }
#endif
