// SPDX-License-Identifier: MIT
// A user's program, built against the installed package.
#include <sonde/sonde.hpp>

int main() {
  sonde::span<"installed"> span;
  span.set_attribute<"app.answer">(42);
}
