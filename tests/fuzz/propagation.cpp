// SPDX-License-Identifier: MIT
// libFuzzer over all parsers of headers; what it looks for is in propagation_rules.hpp.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/propagation_rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const char* const broken = propagation_rules::broken_by({reinterpret_cast<const char*>(data), size});
  if (broken != nullptr) {
    std::fprintf(stderr, "broken: %s\n", broken);
    std::abort();
  }
  return 0;
}
