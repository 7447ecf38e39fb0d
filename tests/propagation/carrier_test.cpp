// SPDX-License-Identifier: MIT

#include <sonde/propagation/carrier.hpp>

#include <array>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>

#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::propagation::readable_carrier;
using sonde::propagation::set_header;
using sonde::propagation::writable_carrier;

template <class Map>
class map_like : public testing::Test {};
using map_likes =
    testing::Types<std::map<std::string, std::string>, std::multimap<std::string, std::string>,
                   std::unordered_map<std::string, std::string>, std::unordered_multimap<std::string, std::string>,
                   httplib::Headers, std::vector<std::pair<std::string, std::string>>,
                   std::list<std::pair<std::string, std::string>>>;
TYPED_TEST_SUITE(map_like, map_likes);

std::size_t count(const auto& carrier, std::string_view name) {
  std::size_t found = 0;
  for (const auto& [each, value] : carrier) found += sonde::environment::same_ignoring_case(each, name);
  return found;
}
std::string value(const auto& carrier, std::string_view name) {
  for (const auto& [each, value] : carrier)
    if (each == name) return value;
  return "(missing)";
}

TYPED_TEST(map_like, is_read_and_written) {
  static_assert(readable_carrier<TypeParam> && writable_carrier<TypeParam>);
  TypeParam carrier;
  sonde::propagation::inject(carrier, {}, example, nullptr);
  EXPECT_EQ(value(carrier, "traceparent"), example_traceparent);
  EXPECT_EQ(sonde::propagation::extract(carrier).parent, example);
}

TYPED_TEST(map_like, gets_a_header_replaced_however_it_is_spelt) {
  TypeParam carrier{{"TraceParent", "old"}, {"Accept", "text/html"}, {"TRACEPARENT", "older"}};
  set_header(carrier, "traceparent", "new");
  EXPECT_EQ(count(carrier, "traceparent"), 1u);
  EXPECT_EQ(value(carrier, "traceparent"), "new");
  set_header(carrier, "traceparent", "newest");
  EXPECT_EQ(count(carrier, "traceparent"), 1u);
  EXPECT_EQ(value(carrier, "traceparent"), "newest");
  EXPECT_EQ(carrier.size(), 2u);
  EXPECT_EQ(value(carrier, "Accept"), "text/html") << "others stay";
  TypeParam twice{{"traceparent", "old"}, {"traceparent", "older"}};
  set_header(twice, "traceparent", "new");
  EXPECT_EQ(count(twice, "traceparent"), 1u);
  EXPECT_EQ(value(twice, "traceparent"), "new");
}

TEST(carrier, of_several_headers_of_a_name_shows_all) {
  const std::string traceparent{example_traceparent};
  const httplib::Headers headers{{"traceparent", traceparent}, {"tracestate", "a=1"}, {"TraceState", "b=2"}};
  EXPECT_EQ(sonde::propagation::extract(headers).fields.tracestate.count, 2u);
  const httplib::Headers twice{{"traceparent", traceparent}, {"Traceparent", traceparent}};
  EXPECT_FALSE(sonde::propagation::extract(twice).parent.valid());
}

TEST(carrier, may_hold_views_to_be_read) {
  const std::map<std::string_view, std::string_view> views{{"traceparent", example_traceparent}};
  EXPECT_EQ(sonde::propagation::extract(views).parent, example);
  const std::array<std::pair<const char*, const char*>, 1> literals{{{"traceparent", example_traceparent.data()}}};
  EXPECT_EQ(sonde::propagation::extract(literals).parent, example);
}

constexpr bool may_be_a_constant() {
  const std::pair<std::string_view, std::string_view> headers[] = {{"Traceparent", example_traceparent},
                                                                   {"tracestate", "a=1"}};
  const sonde::propagation::extracted found = sonde::propagation::extract(headers);
  return found.parent == example && found.fields.tracestate.count == 1;
}
static_assert(may_be_a_constant());
TEST(carrier, may_be_a_constant) { EXPECT_TRUE(may_be_a_constant()); }

template <class Result>
struct lookup {
  Result result;
  std::conditional_t<std::is_trivially_copyable_v<Result>, Result, const Result&> get(std::string_view name) const {
    static const Result nothing{};
    return name == "traceparent" ? result : nothing;
  }
};
template <class Result>
void expect_is_read(Result result) {
  static_assert(readable_carrier<lookup<Result>>);
  EXPECT_EQ(sonde::propagation::extract(lookup<Result>{result}).parent, example);
}
TEST(carrier, may_look_headers_up) {
  const std::string text{example_traceparent};
  expect_is_read(std::string_view{text});
  expect_is_read(text.c_str());
  expect_is_read(&text);
  expect_is_read(text);
  expect_is_read(std::optional<std::string_view>{text});
  expect_is_read(std::optional<const char*>{text.c_str()});
  expect_is_read(std::optional<std::string>{text});
}

struct throwing_lookup {
  std::string_view get(std::string_view name) const {
    if (name != "tracestate" && name != "traceparent") throw std::out_of_range{"no such header"};
    return name == "tracestate" ? "a=1" : example_traceparent;
  }
};
TEST(carrier, may_throw_where_a_header_is_missing) {
  const auto found = sonde::propagation::extract(throwing_lookup{});
  EXPECT_EQ(found.parent, example);
  EXPECT_EQ(found.fields.tracestate.count, 1u);
}

template <class Text>
struct setter {
  std::map<std::string, std::string> headers{};
  void set(Text name, Text value) { headers[std::string{name}] = std::string{value}; }
};
TEST(carrier, may_set_headers_by_views_or_strings) {
  setter<std::string_view> views;
  setter<const std::string&> strings;
  setter<std::string> copies;
  sonde::propagation::inject(views, {}, example, nullptr);
  sonde::propagation::inject(strings, {}, example, nullptr);
  sonde::propagation::inject(copies, {}, example, nullptr);
  EXPECT_EQ(views.headers["traceparent"], example_traceparent);
  EXPECT_EQ(strings.headers, views.headers);
  EXPECT_EQ(copies.headers, views.headers);
}

struct refusing_setter {
  int taken = 0;
  void set(std::string_view name, std::string_view) {
    if (name == "traceparent") throw std::bad_alloc{};
    ++taken;
  }
};
TEST(carrier, that_throws_misses_a_header_and_nothing_else) {
  refusing_setter carrier;
  using enum sonde::propagation::propagator;
  const sonde::propagation::propagator_list both{tracecontext, b3};
  EXPECT_FALSE(sonde::propagation::inject(carrier, both, example, nullptr));
  EXPECT_EQ(carrier.taken, 1);
}

struct lookup_by_other_name {
  std::string_view find(std::string_view) const;
};
struct setter_of_numbers {
  void set(int, int);
};
static_assert(!readable_carrier<int> && !writable_carrier<int>);
static_assert(!readable_carrier<std::vector<std::string>> && !writable_carrier<std::vector<std::string>>);
static_assert(!readable_carrier<std::map<int, std::string>> && !writable_carrier<std::map<int, std::string>>);
static_assert(!readable_carrier<std::set<std::string>> && !writable_carrier<std::set<std::string>>);
static_assert(!readable_carrier<lookup_by_other_name> && !writable_carrier<setter_of_numbers>);
static_assert(!writable_carrier<const std::map<std::string, std::string>>);

}  // namespace
