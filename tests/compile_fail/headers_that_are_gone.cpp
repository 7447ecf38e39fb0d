// expect: sonde: extract borrows from the headers: keep them in a variable
// SPDX-License-Identifier: MIT
#include <map>
#include <string>

#include <sonde/propagation.hpp>

std::map<std::string, std::string> headers();

void control() {
  const auto kept = headers();
  static_cast<void>(sonde::extract(kept));
}

#ifdef SONDE_COMPILE_FAIL
void headers_that_are_gone() { static_cast<void>(sonde::extract(headers())); }
#endif
