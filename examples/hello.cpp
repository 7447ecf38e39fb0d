// SPDX-License-Identifier: MIT
// The first program: two spans, an event, a log line, printed as a tree.
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

int bake(int loaves) {
  sonde::span<"bake"> span;
  span.set_attribute<"loaves">(loaves);
  span.add_event<"oven.hot">(sonde::attr<"celsius">(230));
  return loaves * 800;
}

int main() {
  auto session = sonde::start({.service_name = "hello"});
  sonde::span<"breakfast"> span;
  const int grams = bake(3);
  sonde::log::info("{} g of bread", grams);
}
