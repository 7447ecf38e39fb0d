// SPDX-License-Identifier: MIT
// A documented limit: typed attributes that are made or destroyed with effects. They are the program's own object.
// differs: .text attributes_to_destroy::name
#include <string>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/attributes.hpp>
#endif

namespace attributes_to_destroy {

struct attributes {
  std::string handle;
};
std::string name(int);

int value(int n) {
  INSTRUMENTED(sonde::span<"x", attributes> span{{.handle = name(n)}};)
  return n;
}

}  // namespace attributes_to_destroy
