// expect: include <sonde/attributes.hpp> for aggregates
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

struct point {
  int x;
  int y;
};

void control(sonde::span<"name">& span, point at) { span.set_attribute<"x">(at.x); }

#ifdef SONDE_COMPILE_FAIL
void aggregate_without_attributes_header(sonde::span<"name">& span, point at) { span.set_attribute<"at">(at); }
#endif
