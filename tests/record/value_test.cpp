// SPDX-License-Identifier: MIT
// Every C++ type that is an attribute value, through a session.

#include <sonde/record/value.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::testing::value;
using array = value::array;
using map = value::map;

/// What `given` is once it has been recorded.
template <class T>
value recorded(const T& given) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"key">(given);
  }
  return kept.only().attributes["key"];
}
template <class... T>
array list(T... elements) {
  return {value{elements}...};
}
using text = std::string;
using whole = std::int64_t;

enum class colour { red, green = 5 };
enum plain { first, second };

TEST(value, truth_and_whole_numbers) {
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"true">(true);
    span.set_attribute<"false">(false);
    span.set_attribute<"i8">(std::int8_t{-128});
    span.set_attribute<"u8">(std::uint8_t{255});
    span.set_attribute<"i16">(std::int16_t{-32768});
    span.set_attribute<"u16">(std::uint16_t{65535});
    span.set_attribute<"i32">(std::numeric_limits<std::int32_t>::min());
    span.set_attribute<"u32">(std::numeric_limits<std::uint32_t>::max());
    span.set_attribute<"i64">(std::numeric_limits<std::int64_t>::min());
    span.set_attribute<"u64">(std::uint64_t{7});
    span.set_attribute<"u64 most">(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    span.set_attribute<"u64 beyond">(std::uint64_t{9223372036854775808u});
    span.set_attribute<"long long">(-1LL);
    span.set_attribute<"char">('c');
  }
  const auto all = kept.only().attributes;
  EXPECT_EQ(all["true"], true);
  EXPECT_EQ(all["false"], false);
  EXPECT_EQ(all["i8"], -128);
  EXPECT_EQ(all["u8"], 255);
  EXPECT_EQ(all["i16"], -32768);
  EXPECT_EQ(all["u16"], 65535);
  EXPECT_EQ(all["i32"], std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(all["u32"], std::int64_t{4294967295});
  EXPECT_EQ(all["i64"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(all["u64"], 7);
  EXPECT_EQ(all["u64 most"], std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(all["u64 beyond"], "9223372036854775808");
  EXPECT_EQ(all["long long"], -1);
  EXPECT_EQ(all["char"], "c");
}

TEST(value, real_numbers) {
  EXPECT_EQ(recorded(1.5), 1.5);
  EXPECT_EQ(recorded(0.5f), 0.5);
  EXPECT_EQ(recorded(2.5L), 2.5);
  EXPECT_TRUE(std::isnan(recorded(std::nan("")).as<double>()));
  EXPECT_EQ(recorded(-std::numeric_limits<double>::infinity()), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(recorded(-0.0).as<double>()));
}

TEST(value, text) {
  EXPECT_EQ(recorded("literal"), "literal");
  EXPECT_EQ(recorded(""), "");
  EXPECT_EQ(recorded(text(1000, 'x')), text(1000, 'x'));
  EXPECT_EQ(recorded(std::string_view{"view"}), "view");
  EXPECT_EQ(recorded(std::string_view{}), "");
  EXPECT_EQ(recorded(std::string_view{"a\0b", 3}), std::string_view("a\0b", 3));
  const char* pointer = "pointer";
  EXPECT_EQ(recorded(pointer), "pointer");
  const char* none = nullptr;
  EXPECT_EQ(recorded(none), "");
  char written[16] = "short";
  EXPECT_EQ(recorded(written), "short");
  const char full[3] = {'a', 'b', 'c'};
  EXPECT_EQ(recorded(full), "abc");
  char* writable = written;
  EXPECT_EQ(recorded(writable), "short");
  EXPECT_EQ(recorded(text{"\xff broken"}), "\xff broken") << "repaired by whoever must, not here";
}

TEST(value, enums) {
  EXPECT_EQ(recorded(colour::green), "green");
  EXPECT_EQ(recorded(static_cast<colour>(3)), 3);
  EXPECT_EQ(recorded(static_cast<colour>(-4)), -4);
  EXPECT_EQ(recorded(second), 1);
  EXPECT_EQ(recorded(sonde::level::warning), "warning");
}

TEST(value, moments_and_durations) {
  using std::chrono::system_clock;
  EXPECT_EQ(recorded(system_clock::time_point{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(recorded(system_clock::time_point{} - 1h), "1969-12-31T23:00:00Z");
  EXPECT_EQ(recorded(std::chrono::sys_seconds{1795235104s}), "2026-11-21T04:25:04Z");
  EXPECT_EQ(recorded(std::chrono::sys_days{std::chrono::days{20778}}), "2026-11-21T00:00:00Z");
  EXPECT_EQ(recorded(1500ms), 1.5);
  EXPECT_EQ(recorded(2h), 7200.0);
  EXPECT_EQ(recorded(-1s), -1.0);
  EXPECT_EQ(recorded(std::chrono::duration<double>{0.25}), 0.25);
  EXPECT_EQ(recorded(std::chrono::duration<double>{std::nan("")}), 0.0);
  EXPECT_DOUBLE_EQ(recorded(std::chrono::hours::max()).as<double>(), 9223372036.854775807) << "saturates";
  EXPECT_DOUBLE_EQ(recorded(std::chrono::seconds::min()).as<double>(), -9223372036.854775808);
}

TEST(value, optionals) {
  EXPECT_EQ(recorded(std::optional<int>{7}), 7);
  recording kept;
  {
    sonde::span<"span"> span;
    span.set_attribute<"none">(std::optional<int>{});
  }
  EXPECT_TRUE(kept.only().attributes.all.empty());
}

TEST(value, ranges) {
  EXPECT_EQ(recorded(std::vector<int>{1, 2}), value{list(whole{1}, whole{2})});
  EXPECT_EQ(recorded(std::vector<int>{}), value{array{}});
  EXPECT_EQ(recorded(std::vector<bool>{true, false}), value{list(true, false)});
  EXPECT_EQ(recorded(std::array<double, 2>{1.5, 2.5}), value{list(1.5, 2.5)});
  EXPECT_EQ(recorded(std::list<text>{"a", "b"}), value{list(text{"a"}, text{"b"})});
  const int c_array[] = {1, 2, 3};
  EXPECT_EQ(recorded(c_array), value{list(whole{1}, whole{2}, whole{3})});
  const char* words[] = {"x", "y"};
  EXPECT_EQ(recorded(words), value{list(text{"x"}, text{"y"})});
  EXPECT_EQ(recorded(std::vector<colour>{colour::red}), value{list(text{"red"})});
  EXPECT_EQ(recorded(std::vector<std::vector<int>>{{1}, {}}), (value{array{value{list(whole{1})}, value{array{}}}}));
  EXPECT_EQ(recorded(std::vector<std::optional<int>>{1, std::nullopt, 3}), value{list(whole{1}, whole{3})});
  std::vector<int> long_one(10'000);
  for (std::size_t i = 0; i < long_one.size(); ++i) long_one[i] = static_cast<int>(i);
  const value kept = recorded(long_one);
  ASSERT_EQ(kept.as<array>().size(), long_one.size());
  EXPECT_EQ(kept.as<array>()[9'999], 9'999);
}

TEST(value, maps_by_text) {
  EXPECT_EQ(recorded(std::map<text, int>{{"a", 1}, {"b", 2}}), (value{map{{"a", value{whole{1}}}, {"b", value{whole{2}}}}}));
  EXPECT_EQ(recorded(std::map<std::string_view, std::vector<int>>{{"a", {1}}}), (value{map{{"a", value{list(whole{1})}}}}));
  EXPECT_EQ(recorded(std::vector<std::pair<text, bool>>{{"k", true}}), (value{map{{"k", value{true}}}}));
}

TEST(value, a_map_leaves_out_pairs_without_a_value) {
  const std::map<text, std::optional<int>> some{{"a", {}}, {"b", 2}, {"c", {}}};
  EXPECT_EQ(recorded(some), (value{map{{"b", value{whole{2}}}}}));
  const text too_large(17u << 20, 'x');
  EXPECT_EQ(recorded(std::map<text, text>{{"a", too_large}, {"b", "x"}}), (value{map{{"b", value{text{"x"}}}}}));
}

/// Consists of paths, as std::filesystem::path does: taken for a range, it would never end.
struct path_like {
  [[nodiscard]] const path_like* begin() const { return this; }
  [[nodiscard]] const path_like* end() const { return this + 1; }
};
static_assert(!sonde::record::range_like<path_like>);
static_assert(sonde::record::range_like<std::vector<int>> && !sonde::record::range_like<text>);

}  // namespace
