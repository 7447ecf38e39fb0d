// SPDX-License-Identifier: MIT

#include <sonde/meta/enum_name.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace app {
enum class colour { red, green = 5, blue = -3, lowest = -8, below = -9, highest = 127, above = 128, _x1 = 7 };
enum level : int { debug, info, also_info = 1 };
enum old { one, two };
enum class narrow : signed char { least = -8, most = 127 };
enum class bits : unsigned char { none, all = 255, edge = 127, beyond = 128 };
enum class letter : char { comma = ',', paren = '(', zero = '0', x = 'x' };
enum class flag : bool { off, on };
enum class wide : unsigned long long { zero, huge = ~0ull };
enum class nothing {};
template <class A, class B>
struct box {
  enum class mode { slow, fast };
};
namespace {
enum class hidden { a, b };
}  // namespace
}  // namespace app
enum class global { one, two };

namespace {
enum class unnamed { first, second };

using sonde::meta::enum_name;
using sonde::meta::fixed_enum;

template <class Enum>
constexpr std::string_view name(Enum value) {
  const sonde::meta::text text = enum_name(value);
  return {text.data, text.size};
}

static_assert(fixed_enum<app::colour> && fixed_enum<app::level> && fixed_enum<app::flag> && fixed_enum<app::nothing>);
static_assert(!fixed_enum<app::old> && !fixed_enum<int> && !fixed_enum<app::box<int, int>>);

constexpr bool names_enumerators() {
  enum class local { here, there };
  return name(app::colour::red) == "red" && name(app::colour::green) == "green" && name(app::colour::blue) == "blue" &&
         name(app::colour::lowest) == "lowest" && name(app::colour::highest) == "highest" &&
         name(app::colour::_x1) == "_x1" && name(app::debug) == "debug" && name(app::info) == "info" &&
         name(app::also_info) == "info" && name(app::narrow::least) == "least" && name(app::narrow::most) == "most" &&
         name(app::bits::edge) == "edge" && name(app::bits::none) == "none" && name(app::letter::comma) == "comma" &&
         name(app::letter::paren) == "paren" && name(app::letter::zero) == "zero" && name(app::letter::x) == "x" &&
         name(app::flag::off) == "off" && name(app::flag::on) == "on" && name(app::wide::zero) == "zero" &&
         name(app::box<int, char>::mode::fast) == "fast" &&
         name(static_cast<app::box<int, long>::mode>(1)) == "fast" &&  // a definition nothing has asked for yet
         name(app::hidden::b) == "b" && name(global::two) == "two" && name(unnamed::second) == "second" &&
         name(local::there) == "there";
}
static_assert(names_enumerators());
TEST(enum_name, names_enumerators) { EXPECT_TRUE(names_enumerators()); }

constexpr bool is_empty_without_a_name() {
  return name(app::colour{1}) == "" && name(app::colour::below) == "" && name(app::colour::above) == "" &&
         name(app::colour{2147483647}) == "" && name(app::colour{-2147483647 - 1}) == "" &&
         name(app::level{-1}) == "" && name(app::narrow{-128}) == "" && name(app::bits::all) == "" &&
         name(app::bits::beyond) == "" && name(app::wide::huge) == "" && name(app::nothing{0}) == "" &&
         name(app::letter{'y'}) == "";
}
static_assert(is_empty_without_a_name());
TEST(enum_name, is_empty_without_a_name) { EXPECT_TRUE(is_empty_without_a_name()); }

TEST(enum_name, looks_up_values_known_only_at_run_time) {
  int named = 0;
  for (int value = -200; value < 300; ++value) named += !enum_name(static_cast<app::colour>(value)).empty();
  EXPECT_EQ(named, 6);
  volatile int green = 5;
  EXPECT_EQ(name(static_cast<app::colour>(green)), "green");
}

}  // namespace
