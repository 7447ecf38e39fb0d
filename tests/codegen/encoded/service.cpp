// SPDX-License-Identifier: MIT
// Instrumented code whose object file check_encoded.py looks into.
#include <sonde/sonde.hpp>

using tracer = sonde::tracer<"home.activities", "1.2.3">;

int work(int);

int home_activities(int n) {
  tracer::span<"mock \"data\"\n"> span;
  span.set_attribute<"app.now">(n);
  span.put_annotation<"handle">("andrew");
  span.put_metadata<"results", "user_activities">(n);
  span.add_event<"cache\\miss">(sonde::attr<"cache.name">("home"));
  return work(n);
}

int in_macro_form(int n) {
#line 4321 "src/home/activities.cpp"
  SONDE_SPAN("placed");
  return work(n);
}
