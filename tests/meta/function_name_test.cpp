// SPDX-License-Identifier: MIT
// Each function returns its own name as the toolkit reads it; the expected names are written out by hand, the same for
// every compiler.

#include <sonde/meta/function_name.hpp>

#include <coroutine>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

// The macro form that works everywhere, on g++ 12 to clang 19: in templates, in generic lambdas inside them, as an
// argument of a class template (`::sonde::span<HERE>`). A class template reached through an alias template crashes
// g++ 12.
#define SIGNATURE ::sonde::meta::text_of(__PRETTY_FUNCTION__)
#define HERE ::sonde::meta::read_function_name<::sonde::meta::function_name_size(SIGNATURE)>(SIGNATURE)
#define NAME ::named<HERE>::view()

template <sonde::meta::fixed_string Name>
struct named {  // as `span` will be: a class template that takes the name
  static constexpr std::string_view view() { return {Name.value, Name.size()}; }
};

namespace ns {

std::string_view plain(int, std::string) { return NAME; }
static constexpr std::string_view when_compiled(int) noexcept { return NAME; }
static_assert(when_compiled(1) == "ns::when_compiled");
std::map<std::string, std::vector<std::string_view>> templated_return(std::map<int, int>) { return {{"", {NAME}}}; }
template <class T>
std::string_view templated(T) {
  return NAME;
}
template <class T, std::size_t N>
std::string_view* templated_pointer(std::string_view* out, std::vector<T>&, int (&)[N]) {
  *out = NAME;
  return out;
}
template <char>
std::string_view of_character() {
  return NAME;
}
template <class... Ts>
auto variadic(Ts...) {
  return NAME;
}
decltype(auto) deduced(int) { return NAME; }
auto trailing(int) -> std::string_view { return NAME; }
template <class T>
auto dependent_trailing(T a, std::string_view& out) -> decltype(a + 1) {
  out = NAME;
  return a;
}
template <class T>
requires(sizeof(T) > 2) std::string_view constrained(T) {
  return [] { return NAME; }();
}
std::string_view seen;
int (*returns_function(double))(int, char) {
  seen = NAME;
  return nullptr;
}
int (&returns_array(double))[3] {
  static int array[3];
  seen = NAME;
  return array;
}
void (*takes_and_returns_function(void (*)(int)))(double) {
  seen = NAME;
  return nullptr;
}
std::string_view takes_functions(void (*)(int), int (&)[3], std::function<void(int)>) { return NAME; }
std::string_view defaulted(std::string_view seen_by_default = [] { return NAME; }()) { return seen_by_default; }

struct type final {
  std::string_view seen;
  type() : seen(NAME) {}
  explicit type(int) noexcept : seen([this] { return (void)this, NAME; }()) {}
  ~type() { ns::seen = NAME; }
  virtual std::string_view overridden() { return NAME; }
  static std::string_view of_class() { return NAME; }
  std::string_view qualified() const volatile&& noexcept { return NAME; }
  auto nested_lambdas() const& {
    return [] { return [](auto) { return [](std::string, int) -> std::string_view { return NAME; }("", 1); }(1); }();
  }
  auto mutable_lambda() {
    return [n = 0]() mutable { return ++n, [](auto...) { return NAME; }(n); }();
  }
  template <class T>
  std::string_view member_template(T) {
    return [](auto) { return NAME; }(1);
  }
  std::string_view operator()(int, int) const { return NAME; }
  std::string_view operator<(const type&) const { return NAME; }
  std::string_view operator>(const type&) const { return NAME; }
  std::string_view operator<=>(const type&) const { return NAME; }
  std::string_view operator<<(int) { return NAME; }
  template <class T>
  std::string_view operator>>(T) {
    return [] { return NAME; }();
  }
  std::string_view operator->*(int) { return NAME; }
  std::string_view operator,(int) { return NAME; }
  std::string_view operator[](int) { return NAME; }
  std::string_view operator!() { return NAME; }
  std::string_view operator=(int) { return NAME; }
  explicit operator bool() const { return ns::seen = NAME, true; }
  explicit operator std::vector<int>() const { return ns::seen = NAME, std::vector<int>{}; }
  explicit operator const char*() const { return ns::seen = NAME, ""; }
  explicit operator type*() const { return ns::seen = NAME, nullptr; }
  static void* operator new(std::size_t, int) noexcept { return ns::seen = NAME, nullptr; }
  static void* operator new[](std::size_t, int) noexcept { return ns::seen = NAME, nullptr; }
  static void operator delete(void*, int) { ns::seen = NAME; }
  friend std::string_view befriended(type&) { return NAME; }
  template <class T>
  struct inner {
    std::string_view method() { return NAME; }
    template <class U>
    static std::string_view method_template(U) {
      return NAME;
    }
  };
};
std::string_view operator""_literal(unsigned long long) { return NAME; }

template <class T>
struct box {
  std::string_view seen;
  box() : seen(NAME) {}
  ~box() { ns::seen = NAME; }
  std::string_view lambda_inside() {
    return [] { return NAME; }();
  }
  struct part {
    std::string_view method() { return NAME; }
  };
  box& operator=(const T&) { return seen = NAME, *this; }
};
template <>
struct box<void> {
  std::string_view method() { return NAME; }
};
template <char>
struct of_sign {
  std::string_view method() {
    return [] { return NAME; }();
  }
};

namespace {
std::string_view hidden() { return NAME; }
struct hidden_type {
  std::string_view method() { return NAME; }
};
hidden_type makes_hidden(hidden_type) { return seen = NAME, hidden_type{}; }
namespace deep {
namespace {
std::string_view deeper() {
  return [] { return NAME; }();
}
}  // namespace
}  // namespace deep
}  // namespace

std::string_view local_class() {
  struct local {
    std::string_view method() { return NAME; }
  };
  return local{}.method();
}
template <class T>
std::string_view local_class_in_template(T) {
  struct local {
    std::string_view method() { return NAME; }
  };
  return local{}.method();
}
const auto variable = [] { return NAME; };
struct {
  std::string_view method() { return NAME; }
} unnamed;

struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
task coroutine(int) {
  seen = NAME;
  co_return;
}
template <class T>
task coroutine_template(T) {
  seen = NAME;
  co_return;
}
namespace operators {
std::string_view operator_like() { return NAME; }
}  // namespace operators

}  // namespace ns

std::string_view load() { return NAME; }
struct UserActivities {
  std::string_view run() { return NAME; }
  std::string_view overloaded(int) { return {}; }
  std::string_view overloaded(char) { return {}; }
};
extern "C" void sonde_test_c_function() { ns::seen = NAME; }

namespace {

using sonde::meta::fixed_string;
using sonde::meta::name_of;

TEST(function_name, of_functions) {
  EXPECT_EQ(load(), "load");
  EXPECT_EQ((sonde_test_c_function(), ns::seen), "sonde_test_c_function");
  EXPECT_EQ(ns::plain(1, ""), "ns::plain");
  EXPECT_EQ(ns::when_compiled(1), "ns::when_compiled");
  EXPECT_EQ(ns::templated_return({})[""][0], "ns::templated_return");
  EXPECT_EQ(ns::deduced(1), "ns::deduced");
  EXPECT_EQ(ns::trailing(1), "ns::trailing");
  EXPECT_EQ((ns::returns_function(1), ns::seen), "ns::returns_function");
  EXPECT_EQ((ns::returns_array(1), ns::seen), "ns::returns_array");
  EXPECT_EQ((ns::takes_and_returns_function(nullptr), ns::seen), "ns::takes_and_returns_function");
  int array[3];
  EXPECT_EQ(ns::takes_functions(nullptr, array, {}), "ns::takes_functions");
  EXPECT_EQ(ns::operators::operator_like(), "ns::operators::operator_like");
  EXPECT_EQ((ns::coroutine(1), ns::seen), "ns::coroutine");
}

TEST(function_name, of_templates) {
  EXPECT_EQ(ns::templated(std::vector<std::function<void(int, char)>>{}), "ns::templated");
  EXPECT_EQ(ns::templated<void (*)(int)>(nullptr), "ns::templated");
  EXPECT_EQ(ns::templated([] {}), "ns::templated");
  std::string_view out;
  std::vector<int> numbers;
  int array[3];
  EXPECT_EQ(*ns::templated_pointer(&out, numbers, array), "ns::templated_pointer");
  EXPECT_EQ(ns::of_character<'>'>(), "ns::of_character");
  EXPECT_EQ(ns::of_character<'('>(), "ns::of_character");
  EXPECT_EQ(ns::of_character<'\''>(), "ns::of_character");
  EXPECT_EQ(ns::variadic(1, 'a', std::string{}), "ns::variadic");
  EXPECT_EQ(ns::variadic(), "ns::variadic");
  EXPECT_EQ((ns::dependent_trailing(1, out), out), "ns::dependent_trailing");
  EXPECT_EQ(ns::constrained(1), "ns::constrained::lambda");
  EXPECT_EQ((ns::coroutine_template(1), ns::seen), "ns::coroutine_template");
  EXPECT_EQ(ns::box<int>{}.seen, "ns::box::box");
  EXPECT_EQ((ns::box<std::map<int, int>>{}, ns::seen), "ns::box::~box");
  EXPECT_EQ(ns::box<int>{}.lambda_inside(), "ns::box::lambda_inside::lambda");
  EXPECT_EQ(ns::box<char>::part{}.method(), "ns::box::part::method");
  EXPECT_EQ((ns::box<int>{} = 1).seen, "ns::box::operator=");
  EXPECT_EQ(ns::box<void>{}.method(), "ns::box::method");
  EXPECT_EQ(ns::of_sign<'>'>{}.method(), "ns::of_sign::method::lambda");
  EXPECT_EQ(ns::of_sign<'<'>{}.method(), "ns::of_sign::method::lambda");
  EXPECT_EQ(ns::of_sign<')'>{}.method(), "ns::of_sign::method::lambda");
  EXPECT_EQ(ns::of_sign<'\''>{}.method(), "ns::of_sign::method::lambda");
  EXPECT_EQ(ns::of_sign<'"'>{}.method(), "ns::of_sign::method::lambda");
}

TEST(function_name, of_members) {
  ns::type object;
  EXPECT_EQ(object.seen, "ns::type::type");
  EXPECT_EQ(ns::type{1}.seen, "ns::type::type::lambda");
  EXPECT_EQ((ns::type{}, ns::seen), "ns::type::~type");
  EXPECT_EQ(object.overridden(), "ns::type::overridden");
  EXPECT_EQ(ns::type::of_class(), "ns::type::of_class");
  EXPECT_EQ(ns::type{}.qualified(), "ns::type::qualified");
  EXPECT_EQ(befriended(object), "ns::befriended");
  EXPECT_EQ(ns::type::inner<int>{}.method(), "ns::type::inner::method");
  EXPECT_EQ(ns::type::inner<int>::method_template(1), "ns::type::inner::method_template");
}

TEST(function_name, of_operators) {
  ns::type object;
  EXPECT_EQ(object(1, 2), "ns::type::operator()");
  EXPECT_EQ(object < object, "ns::type::operator<");
  EXPECT_EQ(object > object, "ns::type::operator>");
  EXPECT_EQ(object <=> object, "ns::type::operator<=>");
  EXPECT_EQ(object << 1, "ns::type::operator<<");
  EXPECT_EQ(object >> 1, "ns::type::operator>>::lambda");
  EXPECT_EQ(object->*1, "ns::type::operator->*");
  EXPECT_EQ((object.operator,(1)), "ns::type::operator,");
  EXPECT_EQ(object[1], "ns::type::operator[]");
  EXPECT_EQ(!object, "ns::type::operator!");
  EXPECT_EQ(object = 1, "ns::type::operator=");
  EXPECT_EQ((static_cast<void>(static_cast<bool>(object)), ns::seen), "ns::type::operator bool");
  EXPECT_EQ((static_cast<void>(object.operator std::vector<int>()), ns::seen), "ns::type::operator vector");
  EXPECT_EQ((static_cast<void>(object.operator const char*()), ns::seen), "ns::type::operator const char*");
  EXPECT_EQ((static_cast<void>(object.operator ns::type*()), ns::seen), "ns::type::operator type*");
  EXPECT_EQ((static_cast<void>(ns::type::operator new(1, 1)), ns::seen), "ns::type::operator new");
  EXPECT_EQ((static_cast<void>(ns::type::operator new[](1, 1)), ns::seen), "ns::type::operator new[]");
  EXPECT_EQ((ns::type::operator delete(nullptr, 1), ns::seen), "ns::type::operator delete");
  EXPECT_EQ(ns::operator""_literal(1), "ns::operator\"\"_literal");
}

TEST(function_name, of_lambdas) {
  ns::type object;
  EXPECT_EQ(ns::variable(), "ns::lambda");
  EXPECT_EQ(ns::defaulted(), "ns::lambda");
  EXPECT_EQ(object.nested_lambdas(), "ns::type::nested_lambdas::lambda::lambda::lambda");
  EXPECT_EQ(object.mutable_lambda(), "ns::type::mutable_lambda::lambda::lambda");
  EXPECT_EQ(object.member_template(1), "ns::type::member_template::lambda");
}

TEST(function_name, of_what_is_local_or_has_no_name) {
  EXPECT_EQ(ns::hidden(), "ns::hidden");
  EXPECT_EQ(ns::hidden_type{}.method(), "ns::hidden_type::method");
  EXPECT_EQ((ns::makes_hidden({}), ns::seen), "ns::makes_hidden");
  EXPECT_EQ(ns::deep::deeper(), "ns::deep::deeper::lambda");
  EXPECT_EQ(ns::local_class(), "ns::local_class::local::method");
  EXPECT_EQ(ns::local_class_in_template(1), "ns::local_class_in_template::local::method");
  EXPECT_EQ(ns::unnamed.method(), "ns::(anonymous)::method");
}

template <fixed_string Signature>
constexpr bool reads_as(std::string_view name) {
  constexpr auto read = sonde::meta::function_name<Signature>;
  return std::string_view(read.value, read.size()) == name;
}
constexpr bool reads_either_compilers_spelling() {
  return reads_as<"int main()">("main") && reads_as<"main()::<lambda()>">("main::lambda") &&
         reads_as<"auto main()::(anonymous class)::operator()() const">("main::lambda") &&
         reads_as<"void ns::{anonymous}::f()">("ns::f") && reads_as<"void ns::(anonymous namespace)::f()">("ns::f") &&
         reads_as<"T (*ns::f(T) [T = int])(T)">("ns::f") && reads_as<"std::string ns::f[abi:cxx11](int)">("ns::f") &&
         reads_as<"static void* ns::type::operator new [](std::size_t)">("ns::type::operator new[]") &&
         reads_as<"ns::f<T>::operator ns::g<int> *() [with T = int]">("ns::f::operator g*") &&
         reads_as<"ns::f<(1 < 2)>::g() requires C<T> && sizeof (T) < 100::<lambda(auto:12 ...)>">("ns::f::g::lambda") &&
         reads_as<"ns::type::operator<< <int>(int)::<lambda()>">("ns::type::operator<<::lambda") &&
         reads_as<"ns::type::operator>><int>(int)::<lambda()>">("ns::type::operator>>::lambda") &&
         reads_as<"void ns::f<'>', ns::g>::h()">("ns::f::h") &&
         reads_as<"void ns::f<s{\"\\\">\"}, ns::g>::h()">("ns::f::h") && reads_as<"">("");
}
static_assert(reads_either_compilers_spelling());
TEST(function_name, reads_either_compilers_spelling) { EXPECT_TRUE(reads_either_compilers_spelling()); }

constexpr bool names_functions_given_as_arguments() {
  return name_of<&UserActivities::run> == fixed_string{"UserActivities::run"} &&
         name_of<&load> == fixed_string{"load"} && name_of<load> == fixed_string{"load"} &&
         name_of<&ns::type::of_class> == fixed_string{"ns::type::of_class"} &&
         name_of<&ns::type::qualified> == fixed_string{"ns::type::qualified"} &&
         name_of<static_cast<std::string_view (UserActivities::*)(char)>(&UserActivities::overloaded)> ==
             fixed_string{"UserActivities::overloaded"} &&
         name_of<&ns::templated<int>> == fixed_string{"ns::templated"} &&
         name_of < &ns::type::operator<> == fixed_string{"ns::type::operator<"} && name_of<&ns::type::operator()> ==
                   fixed_string{"ns::type::operator()"} && name_of<&ns::box<int>::lambda_inside> ==
                   fixed_string{"ns::box::lambda_inside"} && name_of<&ns::hidden> == fixed_string{"ns::hidden"} &&
                   name_of<&ns::hidden_type::method> == fixed_string{"ns::hidden_type::method"};
}
static_assert(names_functions_given_as_arguments());
TEST(function_name, names_functions_given_as_arguments) { EXPECT_TRUE(names_functions_given_as_arguments()); }

}  // namespace
