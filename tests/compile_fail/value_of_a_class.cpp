// expect: sonde: a value of this type has no attribute form
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

class widget {
 public:
  explicit widget(int size) : size_{size} {}
  [[nodiscard]] int size() const { return size_; }

 private:
  int size_;
};

void control(sonde::span<"name">& span, const widget& shown) { span.set_attribute<"widget">(shown.size()); }

#ifdef SONDE_COMPILE_FAIL
void value_of_a_class(sonde::span<"name">& span, const widget& shown) { span.set_attribute<"widget">(shown); }
#endif
