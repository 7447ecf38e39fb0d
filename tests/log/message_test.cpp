// SPDX-License-Identifier: MIT
// A log's text is the one fmt makes at once, whether its arguments were copied and it was made later, or not; and what becomes of
// those that cannot be copied or formatted.

#include <sonde/log/message.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

enum class colour { red, green };
struct point {
  int x, y;
};
/// A text by its base, but with a formatter of its own.
struct shouted : std::string {
  using std::string::string;
};

}  // namespace

template <>
struct fmt::formatter<colour> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(colour value, Context& context) const {
    return fmt::formatter<std::string_view>::format(value == colour::red ? "red" : "green", context);
  }
};
template <>
struct fmt::formatter<point> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const point& value, Context& context) const {
    return fmt::format_to(context.out(), "({};{})", value.x, value.y);
  }
};
template <>
struct fmt::formatter<shouted> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const shouted& value, Context& context) const {
    return fmt::format_to(context.out(), "{}!", static_cast<const std::string&>(value));
  }
};

namespace {

class message : public testing::Test {
 protected:
  std::vector<sonde::testing::recorded_log> logs() {
    session.force_flush(std::chrono::minutes{1});  // some messages are of megabytes
    return memory.logs();
  }
  void expect_the_same() {
    const auto all = logs();
    ASSERT_EQ(all.size(), expected.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].body, expected[i]);
    EXPECT_EQ(session.stats().logs.cut, 0u);
    EXPECT_EQ(session.stats().exporters.at(0).logs.cut, 0u);
  }

  std::vector<std::string> expected;
  sonde::testing::memory_exporter memory;
  sonde::session session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
};

// The oracle is fmt itself.
#define LOG_BOTH(...) (sonde::log::info(__VA_ARGS__), expected.push_back(fmt::format(__VA_ARGS__)))

TEST_F(message, of_numbers_is_that_of_fmt) {
  const std::int8_t narrow = -3;
  const std::uint16_t word = 65535;
  const unsigned long long most = std::numeric_limits<std::uint64_t>::max();
  LOG_BOTH("{} {} {} {}", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), most, narrow);
  LOG_BOTH("{:x} {:#X} {:b} {:o} {:c}", -255, 255u, word, 8L, 65);
  LOG_BOTH("{:>8}|{:<8}|{:^8}|{:*^9}|{:08}|{:+}|{: }", 1, 2, 3, 4, -5, 6, 7);
  LOG_BOTH("{:x} {:x} {:X}", narrow, static_cast<short>(-1), static_cast<unsigned char>(254));
  LOG_BOTH("{} {:d} {}", true, false, 'a');
  LOG_BOTH("{:d} {:>3} {:?>3}", 'a', 'b', 'c');
  LOG_BOTH("{:c} {}", static_cast<signed char>(66), static_cast<unsigned char>(66));
  expect_the_same();
}

TEST_F(message, of_reals_keeps_their_width) {
  LOG_BOTH("{} {} {} {}", 0.1f, 0.1, 1e300, -0.0);
  LOG_BOTH("{:.3f} {:e} {:g} {:a} {:08.2f} {:+}", 3.14159, 1234.5, 1e-7, 1.5, -2.5, 1.0f);
  LOG_BOTH("{} {} {}", std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<float>::infinity(), 16777217.0f);
  LOG_BOTH("{}", 0.1L);
  expect_the_same();
}

TEST_F(message, of_texts_is_a_copy) {
  std::string text = "text";
  char array[] = "array";
  char* pointer = array;
  const char* constant = "constant";
  LOG_BOTH("{} {} {} {} {} {}", text, std::string_view{"view"}, "literal", array, pointer, constant);
  LOG_BOTH("{:>10}|{:.2}|{:*<6}|{:s}", text, constant, array, "s");
  LOG_BOTH("{}{}{}", "", std::string{}, std::string_view{});
  LOG_BOTH("{}", std::string_view{"a\0b", 3});
  LOG_BOTH("{} {}", std::string(7, 'x'), std::string(8, 'y'));
  LOG_BOTH("{} {}", std::string(15, 'x'), std::string(16, 'y'));
  LOG_BOTH("{} {}", std::string(33, 'x'), std::string(300, 'y'));
  LOG_BOTH("{}", std::string(300'000, 'z'));
  text = "gone";
  array[0] = '?';
  expect_the_same();
}

TEST_F(message, knows_positions_and_widths_that_are_arguments) {
  const int width = 7;
  LOG_BOTH("{1} {0} {1}", 1, "one");
  LOG_BOTH("{:{}}|{:.{}f}|{:>{}}", 5, width, 2.71828, 2, "text", width + 2);
  LOG_BOTH("{0:{1}}", "text", width);
  LOG_BOTH("{{}} {} }}{{", 3);
  LOG_BOTH("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "seventeen");
  LOG_BOTH("nothing");
  LOG_BOTH("only the first of {}", 2, 3);
  expect_the_same();
}

TEST_F(message, of_addresses_is_that_of_the_original) {
  const int number = 1;
  const void* const address = &number;
  const char* const text = "text";
  LOG_BOTH("{} {} {:>20}", address, nullptr, address);
  LOG_BOTH("{:p} {}", text, text);
  LOG_BOTH("{:p} {:s}", "literal", text);
  LOG_BOTH("{:p}", address);
  const auto owned = std::make_unique<int>(3);
  LOG_BOTH("{}", fmt::ptr(owned));
  expect_the_same();
}

TEST_F(message, of_what_has_a_formatter_is_made_at_once) {
  using namespace std::chrono_literals;
  LOG_BOTH("{} {} {}", colour::green, point{1, 2}, 3);
  LOG_BOTH("{}", shouted{"hey"});
  LOG_BOTH("{} {}", 1500ms, std::chrono::seconds{90});
  LOG_BOTH("{} {}", std::vector<int>{1, 2, 3}, std::thread::id{} == std::this_thread::get_id());
  LOG_BOTH("{} {}", std::vector<char>{'a', 'b'}, 1);
  LOG_BOTH("{name} {} {}", 1, "two", fmt::arg("name", 3));
  LOG_BOTH("{}", fmt::join(std::vector<int>{1, 2}, ", "));
  LOG_BOTH("{:%Y-%m-%d}", std::chrono::system_clock::time_point{});
  expect_the_same();
}

TEST_F(message, with_attributes_is_the_same) {
  const std::string long_text(400, 'x');
  sonde::log::info("{} of {}", 3, sonde::attr<"n">(1), "five", sonde::attr<"text">(long_text));
  sonde::log::info("{} of {}", sonde::attr<"n">(2), 3, long_text);
  sonde::log::info("{}", point{1, 2}, sonde::attr<"n">(3));
  const auto all = logs();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].body, "3 of five");
  EXPECT_EQ(all[0].attributes["text"], long_text);
  EXPECT_EQ(all[1].body, "3 of " + long_text);
  EXPECT_EQ(all[2].body, "(1;2)");
  for (int i = 0; i < 3; ++i) {
    const auto& attributes = all[static_cast<std::size_t>(i)].attributes;
    EXPECT_EQ(attributes["n"], i + 1);
    EXPECT_EQ(attributes["code.file.path"], __FILE__);
    ASSERT_GE(attributes.all.size(), 4u);
    EXPECT_EQ(attributes.all.back().key, "code.function.name") << "the place comes last, however the text was made";
    EXPECT_EQ(attributes.all[attributes.all.size() - 2].key, "code.line.number");
    EXPECT_EQ(attributes.all[attributes.all.size() - 3].key, "code.file.path");
  }
}

TEST_F(message, leaves_the_format_where_an_argument_does_not_suit_it) {
  const char* const none = nullptr;
  sonde::log::info("no text: {}", none);
  sonde::log::info("no text: {}", none, sonde::attr<"n">(1));
  sonde::log::info("width {:{}}", 1, -1);
  sonde::log::info("a text too long for a record: {}", std::string(std::size_t{17} << 20, 'x'));
  sonde::log::info("a text too long for a record: {}", std::string(std::size_t{17} << 20, 'x'), sonde::attr<"n">(1));
  sonde::log::info("too wide for a record: {:17000000}", 1);
  const auto all = logs();
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].body, "no text: {}");
  EXPECT_EQ(all[1].body, "no text: {}");
  EXPECT_EQ(all[1].attributes["n"], 1);
  EXPECT_EQ(all[2].body, "width {:{}}");
  EXPECT_EQ(all[3].body, "a text too long for a record: {}");
  EXPECT_EQ(all[4].body, "a text too long for a record: {}");
  EXPECT_EQ(all[5].body, "too wide for a record: {:17000000}");
  for (const auto& each : all) EXPECT_EQ(each.attributes["code.function.name"], "TestBody");
  EXPECT_EQ(session.stats().exporters.at(0).logs.cut, 6u);
  EXPECT_EQ(session.stats().logs.taken, 6u);
}

TEST_F(message, of_many_places_is_each_ones_own) {
  for (int round = 0; round < 3; ++round) {
    [&]<int... N>(std::integer_sequence<int, N...>) {
      (sonde::log::info(std::string_view{"place {}", 8}, N), ...);  // one place
    }(std::make_integer_sequence<int, 3>{});
    // More on one thread than it remembers in a row.
    sonde::log::info("a {}", 1), sonde::log::info("b {}", 1), sonde::log::info("c {}", 1), sonde::log::info("d {}", 1);
    sonde::log::info("a {}", 1), sonde::log::warning("a {}", 1), sonde::log::info("{} a", 1), sonde::log::info("", 1);
  }
  const auto all = logs();
  ASSERT_EQ(all.size(), 33u);
  const char* const texts[] = {"place 0", "place 1", "place 2", "a 1", "b 1", "c 1", "d 1", "a 1", "a 1", "1 a", ""};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].body, texts[i % 11]);
  EXPECT_EQ(all[8].severity, sonde::level::warning);
}

TEST(message_places, stay_apart_where_a_thread_forgets_them) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  sonde::record::recorder* const mine = sonde::record::live_recorder();
  ASSERT_NE(mine, nullptr);
  const auto id = [&](std::uint64_t content, const char* format) {
    return sonde::record::id_of(*mine, {{format, std::strlen(format)}, {"file", 1, "function"}, content, true});
  };
  // Six that fall on one place: more than there are probes.
  std::uint32_t first[6];
  const char* const formats[] = {"0", "1", "2", "3", "4", "5"};
  for (std::uint64_t i = 0; i < 6; ++i) first[i] = id(128 * (i + 1), formats[i]);
  for (int round = 0; round < 3; ++round)
    for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(id(128 * (i + 1), formats[i]), first[i]);
  for (int i = 1; i < 6; ++i) EXPECT_NE(first[i], first[i - 1]);
}

TEST(message_hash, tells_all_parts_apart) {
  using sonde::record::describe_log;
  constexpr auto one = describe_log({"a", 1}, {"f", 1, "g"});
  static_assert(one.content == describe_log({"a", 1}, {"f", 1, "g"}).content);
  static_assert(one.content != describe_log({"b", 1}, {"f", 1, "g"}).content);
  static_assert(one.content != describe_log({"a", 1}, {"h", 1, "g"}).content);
  static_assert(one.content != describe_log({"a", 1}, {"f", 2, "g"}).content);
  static_assert(one.content != describe_log({"a", 1}, {"f", 1, "h"}).content);
  static_assert(one.content != describe_log({"a", 1}, {"fg", 1, ""}).content);
  // Source: draft-eastlake-fnv, test vector for "a" under FNV-1a 64.
  static_assert(describe_log({"a", 1}, {}).content == 0xaf63dc4c8601ec8c);
  static_assert(one.copies_arguments && !describe_log({"{:p}", 4}, {}).copies_arguments);
}

}  // namespace
