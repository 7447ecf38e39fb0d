// expect: sonde: get() of this carrier returns text by value, gone before it is read: return a view, or a reference
// SPDX-License-Identifier: MIT
#include <sonde/propagation/extract.hpp>

#include <optional>
#include <string>
#include <string_view>

struct lends {
  std::optional<std::string_view> get(std::string_view) const { return {}; }
};
bool control() { return sonde::propagation::extract(lends{}).parent.valid(); }

#ifdef SONDE_COMPILE_FAIL
struct copies {
  std::optional<std::string> get(std::string_view) const { return {}; }
};
bool carrier_of_optional_copies() { return sonde::propagation::extract(copies{}).parent.valid(); }
#endif
