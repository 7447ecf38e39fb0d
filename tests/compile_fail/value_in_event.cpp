// expect: sonde: a value of this type has no attribute form
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.add_event<"event">(sonde::attr<"key">(1)); }

#ifdef SONDE_COMPILE_FAIL
struct widget {
  virtual ~widget() = default;
};
void value_in_event(sonde::span<"name">& span) { span.add_event<"event">(sonde::attr<"key">(widget{})); }
#endif
