// SPDX-License-Identifier: MIT
// A user's program: one span, which the session prints by default.
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

int main() {
  auto session = sonde::start({.service_name = "user"});
  sonde::span<"installed"> span;
  span.set_attribute<"app.answer">(42);
}
