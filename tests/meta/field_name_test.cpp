// SPDX-License-Identifier: MIT

#include <sonde/meta/field_name.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace app {
enum class mode { slow, fast };
struct position {
  double latitude, longitude;
};
struct activities {
  std::string_view handle;
  std::size_t results_size;
  std::optional<int> page;
  std::vector<std::string> tags;
  position where;
  mode how;
  std::chrono::nanoseconds took;
  std::chrono::system_clock::time_point at;
  std::unique_ptr<int> owned;
  bool is_cached;
  const char* literal;
  int _under_score9;
};
template <class Value>
struct box {
  Value content;
};
}  // namespace app

namespace {
struct unnamed {
  int inside_unnamed;
};

using sonde::meta::field_name;
using sonde::meta::fixed_string;

constexpr bool names_fields() {
  struct local {
    int only;
    app::box<int> boxed;
  };
  using app::activities;
  return field_name<activities, 0> == fixed_string{"handle"} &&
         field_name<activities, 1> == fixed_string{"results_size"} &&
         field_name<activities, 2> == fixed_string{"page"} && field_name<activities, 3> == fixed_string{"tags"} &&
         field_name<activities, 4> == fixed_string{"where"} && field_name<activities, 5> == fixed_string{"how"} &&
         field_name<activities, 6> == fixed_string{"took"} && field_name<activities, 7> == fixed_string{"at"} &&
         field_name<activities, 8> == fixed_string{"owned"} && field_name<activities, 9> == fixed_string{"is_cached"} &&
         field_name<activities, 10> == fixed_string{"literal"} &&
         field_name<activities, 11> == fixed_string{"_under_score9"} &&
         field_name<app::position, 1> == fixed_string{"longitude"} &&
         field_name<app::box<std::string>, 0> == fixed_string{"content"} &&
         field_name<unnamed, 0> == fixed_string{"inside_unnamed"} && field_name<local, 0> == fixed_string{"only"} &&
         field_name<local, 1> == fixed_string{"boxed"};
}
static_assert(names_fields());
TEST(field_name, names_fields) { EXPECT_TRUE(names_fields()); }

TEST(field_name, goes_with_boost_pfr_by_number) {
  const app::position here{1.5, 2.5};
  static_assert(field_name<app::position, 0> == fixed_string{"latitude"});
  EXPECT_EQ(boost::pfr::get<0>(here), here.latitude);
}

}  // namespace
