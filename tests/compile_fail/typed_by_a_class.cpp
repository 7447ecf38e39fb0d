// expect: sonde: the attributes of a span must be an aggregate
// SPDX-License-Identifier: MIT
#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>

struct point {
  int x;
  int y;
};

void control() { sonde::span<"name", point> span{{.x = 1, .y = 2}}; }

#ifdef SONDE_COMPILE_FAIL
class hidden_point {
 public:
  explicit hidden_point(int x) : x_{x} {}
  [[nodiscard]] int x() const { return x_; }

 private:
  int x_;
};
void typed_by_a_class() { sonde::span<"name", hidden_point> span{hidden_point{1}}; }
#endif
