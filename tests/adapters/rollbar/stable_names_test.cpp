// SPDX-License-Identifier: MIT
// Names as GCC and Clang spell them (demangled symbols, __builtin_FUNCTION), and what is left of them.

#include <sonde/adapters/rollbar/stable_names.hpp>

#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace sonde::rollbar;

TEST(stable_names, methods_lose_what_changes_from_build_to_build) {
  const std::pair<const char*, const char*> cases[] = {
      {"main", "main"},
      {"shop::sell(int, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)", "shop::sell"},
      {"shop::(anonymous namespace)::sell(int)", "shop::sell"},
      {"(anonymous namespace)::store::load() const", "store::load"},
      {"shop::_GLOBAL__N_1::sell()", "shop::sell"},
      {"void shop::each<int, true>(int)", "shop::each"},
      {"std::vector<int> shop::list<int>()::{lambda(int)#2}::operator()(int) const", "shop::list::lambda::operator()"},
      {"shop::sell(int)::'lambda0'(int)::operator()(int) const", "shop::sell::lambda::operator()"},
      {"shop::sell(int)::$_3::operator()() const", "shop::sell::lambda::operator()"},
      {"shop::sell(int)::<lambda(int)>", "shop::sell::lambda"},
      {"shop::store::stock(int) const::{lambda()#1}::operator()() const", "shop::store::stock::lambda::operator()"},
      {"shop::sell(int) [clone .cold]", "shop::sell"},
      {"shop_sell.constprop.0", "shop_sell"},
      {"shop::name[abi:cxx11]() const", "shop::name"},
      {"operator()", "operator()"},
      {"shop::value::operator<(shop::value const&) const", "shop::value::operator<"},
      {"shop::operator<<(std::ostream&, shop::value)", "shop::operator<<"},
      {"shop::pointer<int>::operator->() const", "shop::pointer::operator->"},
      {"shop::list::operator[](unsigned long)", "shop::list::operator[]"},
      {"shop::value::operator bool() const", "shop::value::operator bool"},
      {"shop::value::~value()", "shop::value::~value"},
      {"bool shop::operator< <int>(shop::value const&)", "shop::operator<"},
      {"shop::make(int)::operators()", "shop::make::operators"},
      {"<", "<"},
      {"", ""}};
  for (const auto& [label, method] : cases) EXPECT_EQ(stable_method(label), method);
}

TEST(stable_names, files_are_told_from_the_root) {
  const std::pair<const char*, const char*> cases[] = {
      {"/build/shop/src/sell.cpp", "src/sell.cpp"}, {"/build/shop/./src/../src//sell.cpp", "src/sell.cpp"},
      {"/build/shopping/sell.cpp", "/build/shopping/sell.cpp"}, {"/build/shop/../other.cpp", "/build/other.cpp"},
      {"src\\sell.cpp", "src/sell.cpp"}, {"../src/sell.cpp", "../src/sell.cpp"}, {"a/../../b.cpp", "../b.cpp"},
      {"/../etc/passwd", "/etc/passwd"}, {"", "<unknown>"}};
  for (const auto& [path, told] : cases) EXPECT_EQ(stable_filename(path, "/build/shop"), told);
  EXPECT_EQ(stable_filename("/a/b.cpp", ""), "/a/b.cpp");
}

TEST(stable_names, frames_of_the_library_and_of_sonde_are_known) {
  EXPECT_TRUE(is_foreign_frame("std::vector<int>::at(unsigned long)", "", "/opt/shop"));
  EXPECT_TRUE(is_foreign_frame("f()", "/usr/include/c++/12/bits/stl_vector.h", ""));
  EXPECT_TRUE(is_foreign_frame("sonde::report_exception()", "", "/opt/shop"));
  EXPECT_TRUE(is_foreign_frame("0x7f00", "", "/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_FALSE(is_foreign_frame("shop::std::f()", "/home/sonde/shop/a.cpp", "/opt/shop"));
  EXPECT_FALSE(is_foreign_frame("main", "", "/opt/shop"));
}

}  // namespace
