// expect: sonde: get() of this carrier returns text by value, gone before it is read: return a view, or a reference
// SPDX-License-Identifier: MIT
#include <sonde/propagation/extract.hpp>

#include <string>
#include <string_view>

struct lends {
  std::string text{};
  const std::string& get(std::string_view) const { return text; }
};
bool control() { return sonde::propagation::extract(lends{}).parent.valid(); }

#ifdef SONDE_COMPILE_FAIL
struct copies {
  std::string get(std::string_view) const { return {}; }
};
bool carrier_that_returns_copies() { return sonde::propagation::extract(copies{}).parent.valid(); }
#endif
