// SPDX-License-Identifier: MIT
// SONDE_SPAN names the function it stands in; both forms tell where they stand. (How names are read from signatures:
// meta/function_name_test.cpp.)

#include <sonde/span/macros.hpp>

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace app {

unsigned line = 0;
void function() { line = __LINE__; SONDE_SPAN(); }
void named() { SONDE_SPAN("mock-data"); }
template <class T>
void function_template(T) {
  SONDE_SPAN();
}
struct type {
  type() { SONDE_SPAN(); }
  ~type() { SONDE_SPAN(); }
  void member() const { SONDE_SPAN(); }
  template <class T>
  void member_template() {
    SONDE_SPAN();
  }
  int operator+(int) { SONDE_SPAN(); return 0; }
};
template <class T>
struct class_template {
  void member() { SONDE_SPAN(); }
};
void with_lambda() {
  [] { SONDE_SPAN(); }();
}
template <class T>
void with_generic_lambda(T value) {
  [](auto) { SONDE_SPAN(); }(value);
}
void two_in_one_function() {
  SONDE_SPAN();
  SONDE_SPAN("second");
}
void plain() { line = __LINE__; sonde::span<"plain"> span; }
void one_place(unsigned& at) { at = __LINE__; sonde::span<"shared"> span; }
void other_place(unsigned& at) { at = __LINE__; sonde::span<"shared"> span; }

}  // namespace app

namespace {

TEST(macros, name_the_enclosing_function) {
  recording kept;
  app::function();
  app::named();
  app::function_template(1);
  {
    app::type object;
    object.member();
    object.member_template<int>();
    static_cast<void>(object + 1);
  }
  app::class_template<int>{}.member();
  app::with_lambda();
  app::with_generic_lambda(1);
  std::vector<std::string> names;
  for (const auto& each : kept.spans()) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "app::function", "mock-data", "app::function_template", "app::type::type", "app::type::member",
                       "app::type::member_template", "app::type::operator+", "app::type::~type",
                       "app::class_template::member", "app::with_lambda::lambda", "app::with_generic_lambda::lambda"}));
}

TEST(macros, may_stand_twice_in_a_function) {
  recording kept;
  app::two_in_one_function();
  EXPECT_EQ(kept.named("second").parent_span_id, kept.named("app::two_in_one_function").span_id);
}

TEST(macros, tell_their_place) {
  recording kept;
  app::function();
  const auto span = kept.only();
  EXPECT_EQ(span.file, __FILE__);
  EXPECT_EQ(span.line, app::line);
  EXPECT_EQ(span.function, "app::function");
}

TEST(here, the_plain_form_tells_its_place_too) {
  recording kept;
  app::plain();
  { sonde::detached_span<"job"> job; }
  const unsigned line = __LINE__ - 1;
  sonde::in_span<"in">([] {});
  auto captured = sonde::capture<"captured">([] {});
  captured();
  const auto span = kept.named("plain");
  EXPECT_EQ(span.file, __FILE__);
  EXPECT_EQ(span.line, app::line);
  EXPECT_EQ(span.function, "plain");
  EXPECT_EQ(kept.named("job").line, line);
  EXPECT_EQ(kept.named("in").line, line + 2);
  EXPECT_EQ(kept.named("captured").line, line + 3) << "where it was captured, not where it is called";
  EXPECT_EQ(kept.named("captured").function, "TestBody");
}

TEST(here, one_span_type_opened_at_two_places_tells_each) {
  recording kept;
  unsigned one = 0, other = 0;
  const auto work = [](auto open, unsigned& at) {
    for (int i = 0; i < 1000; ++i) open(at);
  };
  std::thread first{[&] { work(app::one_place, one); }};
  std::thread second{[&] { work(app::other_place, other); }};
  first.join();
  second.join();
  app::one_place(one);
  app::other_place(other);
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 2002u);
  std::size_t of_one = 0;
  for (const auto& each : all) {
    ASSERT_TRUE((each.line == one && each.function == "one_place") || (each.line == other && each.function == "other_place"))
        << each.function << ':' << each.line;
    of_one += each.line == one;
  }
  EXPECT_EQ(of_one, 1001u);
}

}  // namespace
