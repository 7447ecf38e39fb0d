// SPDX-License-Identifier: MIT

#include <sonde/meta/type_name.hpp>

#include <filesystem>
#include <stdexcept>

#include <gtest/gtest.h>

namespace app {
struct not_found : std::runtime_error {
  using std::runtime_error::runtime_error;
  struct retry {};
};
namespace {
struct hidden {};
}  // namespace
}  // namespace app
struct global {};
namespace {
struct unnamed_global {};

using sonde::meta::fixed_string;
using sonde::meta::type_name;

constexpr bool names_classes() {
  struct local {};
  return type_name<std::runtime_error> == fixed_string{"std::runtime_error"} &&
         type_name<app::not_found> == fixed_string{"app::not_found"} &&
         type_name<app::not_found::retry> == fixed_string{"app::not_found::retry"} &&
         type_name<app::hidden> == fixed_string{"app::hidden"} && type_name<global> == fixed_string{"global"} &&
         type_name<unnamed_global> == fixed_string{"unnamed_global"} && type_name<local> == fixed_string{"local"} &&
         type_name<std::filesystem::filesystem_error> == fixed_string{"std::filesystem::filesystem_error"} &&
         type_name<int> == fixed_string{"int"};
}
static_assert(names_classes());
TEST(type_name, names_classes) { EXPECT_TRUE(names_classes()); }

template <class Type>
constexpr auto inside_a_template() {
  struct local {};
  return type_name<local>;
}
static_assert(inside_a_template<int>() == fixed_string{"local"});

}  // namespace
