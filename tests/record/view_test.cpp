// SPDX-License-Identifier: MIT

#include <sonde/record/view.hpp>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace sonde::record;

/// Steps through compounds inside of compounds, as readers do; says whether all of it lies within the bytes given.
bool stays_inside(entry_cursor at, const char* begin, const char* end, int depth) {
  while (at.next()) {
    const value_view& value = at.value();
    if (value.data < begin || value.data + value.size > end) return false;
    const bool compound = value.type == entry_type::array || value.type == entry_type::map;
    if (compound && depth < 64 && !stays_inside(entry_cursor{value}, value.data, value.data + value.size, depth + 1))
      return false;
    static_cast<void>(visit(value, [](const auto& each) { return sizeof each; }));
  }
  return true;
}

TEST(entry_cursor, never_reads_outside_of_random_bytes) {
  std::mt19937_64 random{11};
  for (int round = 0; round < 50'000; ++round) {
    const std::size_t size = random() % 200;
    const std::unique_ptr<char[]> bytes{new char[size]};  // exactly as long: a sanitizer sees one byte more
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(random());
    for (std::size_t i = 0; i + 8 <= size; i += 8 * (1 + random() % 3)) {  // heads that are often plausible
      const entry head{static_cast<std::uint32_t>(random() % 5),
                       entry::make_shape(static_cast<entry_type>(random() % 18), random() % 64)};
      if (random() % 2 == 0) std::memcpy(&bytes[i], &head, sizeof head);
    }
    ASSERT_TRUE(stays_inside({bytes.get(), size}, bytes.get(), bytes.get() + size, 0));
  }
}

TEST(entry_cursor, stops_at_a_size_beyond_the_end) {
  alignas(8) char bytes[16]{};
  const entry whole{1, entry::make_shape(entry_type::integer, 8)};
  std::memcpy(bytes, &whole, sizeof whole);
  entry_cursor good{bytes, 16};
  EXPECT_TRUE(good.next());
  EXPECT_FALSE(good.next());
  entry_cursor short_by_one{bytes, 15};
  EXPECT_FALSE(short_by_one.next());
  const entry longer{1, entry::make_shape(entry_type::text, 9)};
  std::memcpy(bytes, &longer, sizeof longer);
  entry_cursor cut{bytes, 16};
  EXPECT_FALSE(cut.next());
  entry_cursor nothing{nullptr, 0};
  EXPECT_FALSE(nothing.next());
}

TEST(value_view, of_a_malformed_number_is_zero) {
  const char bytes[4] = {1, 2, 3, 4};
  const value_view value{entry_type::integer, bytes, 4};
  EXPECT_EQ(value.integer(), 0);
}

TEST(value_view, cuts_text_by_characters) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\x8Cz";  // a, a-umlaut, euro, snail, z
  const std::size_t sizes[] = {0, 1, 3, 6, 10, 11, 11};
  for (std::uint32_t most = 0; most < 7; ++most) {
    const value_view value{entry_type::text, text.data(), static_cast<std::uint32_t>(text.size()), most};
    EXPECT_EQ(value.text(), text.substr(0, sizes[most])) << most;
  }
}

std::string written(entry_type type, std::uint64_t word) {
  char bytes[8];
  std::memcpy(bytes, &word, 8);
  return visit(value_view{type, bytes, 8}, []<class T>(const T& value) -> std::string {
    if constexpr (std::is_same_v<T, std::string_view>)
      return std::string{value};
    else if constexpr (std::is_arithmetic_v<T>)
      return "number " + std::to_string(value);
    else
      return "compound";
  });
}

TEST(visit, shows_values_as_backends_know_them) {
  EXPECT_EQ(written(entry_type::boolean, 1), "number 1");
  EXPECT_EQ(written(entry_type::integer, ~std::uint64_t{0}), "number -1");
  EXPECT_EQ(written(entry_type::unsigned_integer, 7), "number 7");
  EXPECT_EQ(written(entry_type::unsigned_integer, ~std::uint64_t{0}), "18446744073709551615");
  EXPECT_EQ(written(entry_type::duration, 1'500'000'000), "number 1.500000");
  EXPECT_EQ(written(entry_type::time, 1795235104'123456789), "2026-11-21T04:25:04.123456789Z");
  EXPECT_EQ(written(entry_type::time, static_cast<std::uint64_t>(std::int64_t{-1})), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(written(entry_type::time, static_cast<std::uint64_t>(INT64_MIN)), "1677-09-21T00:12:43.145224192Z");
}

}  // namespace
