// SPDX-License-Identifier: MIT
// A disabled program with every header of sonde that a program includes. Links nothing but the standard library.
#include <sonde/attributes.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#if __has_include(<sonde/log.hpp>)
#include <sonde/log.hpp>
#endif
#include <sonde/adapters/console.hpp>
#if __has_include(<sonde/adapters/file.hpp>)
#include <sonde/adapters/file.hpp>
#endif
#if __has_include(<sonde/adapters/otlp.hpp>)
#include <sonde/adapters/otlp.hpp>
#endif

struct part {
  int number = 7;
};

int main() {
  auto session = sonde::start({.service_name = "alone"});
#if __has_include(<sonde/adapters/otlp.hpp>)
  auto second = sonde::start({.service_name = "alone"}, sonde::otlp::exporter{}, sonde::console::exporter{});
#endif
  sonde::span<"main", part> span;
  SONDE_SPAN();
  span.set_attribute<"text">("text");
  span.add_event<"event">(sonde::attr<"key">(1));
  sonde::report_message("Hello World!");
#if __has_include(<sonde/log.hpp>)
  sonde::log::info("hello {}", span->number);
#endif
  return session.force_flush() && span->number == 7 ? 0 : 1;
}
