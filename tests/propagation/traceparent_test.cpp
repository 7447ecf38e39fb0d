// SPDX-License-Identifier: MIT

#include <sonde/propagation/traceparent.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::span_context;
using sonde::propagation::format_traceparent;
using sonde::propagation::parse_traceparent;

constexpr bool is_invalid(std::string_view value) { return parse_traceparent(value) == span_context{}; }
constexpr bool is_example(std::string_view value) { return parse_traceparent(value) == example; }

constexpr bool reads_the_specifications_examples() {
  span_context unsampled = example;
  unsampled.sampled = false;
  return is_example("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00") == unsampled;
}
static_assert(reads_the_specifications_examples());
TEST(traceparent, reads_the_specifications_examples) { EXPECT_TRUE(reads_the_specifications_examples()); }

constexpr bool writes_version_00() {
  const auto text = format_traceparent(example);
  return std::string_view{text.data(), text.size()} == example_traceparent;
}
static_assert(writes_version_00());
TEST(traceparent, writes_version_00) { EXPECT_TRUE(writes_version_00()); }

constexpr bool of_version_00_takes_55_bytes_only() {
  const std::string_view without_flags = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
  return is_invalid("") && is_invalid("00") && is_invalid(without_flags) &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-010") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.extra");
}
static_assert(of_version_00_takes_55_bytes_only());
TEST(traceparent, of_version_00_takes_55_bytes_only) { EXPECT_TRUE(of_version_00_takes_55_bytes_only()); }

constexpr bool of_a_version_to_come_takes_what_it_knows() {
  return is_example("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_example("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra") &&
         is_example("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-") &&
         is_example("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like") &&
         is_example("fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.extra") &&
         is_invalid("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011") &&
         is_invalid("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0");
}
static_assert(of_a_version_to_come_takes_what_it_knows());
TEST(traceparent, of_a_version_to_come_takes_what_it_knows) { EXPECT_TRUE(of_a_version_to_come_takes_what_it_knows()); }

constexpr bool refuses_what_is_no_version() {
  return is_invalid("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra") &&
         is_invalid("0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("000-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid(".0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("CC-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
}
static_assert(refuses_what_is_no_version());
TEST(traceparent, refuses_what_is_no_version) { EXPECT_TRUE(refuses_what_is_no_version()); }

constexpr bool refuses_ids_that_are_all_zero() {
  return is_invalid("00-00000000000000000000000000000000-00f067aa0ba902b7-01") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01") &&
         !is_invalid("00-00000000000000000000000000000001-0000000000000001-01") &&
         !is_invalid("00-4bf92f3577b34da6a300000000000000-00f067aa0ba902b7-01");  // the last 14 digits may be zero
}
static_assert(refuses_ids_that_are_all_zero());
TEST(traceparent, refuses_ids_that_are_all_zero) { EXPECT_TRUE(refuses_ids_that_are_all_zero()); }

constexpr bool refuses_upper_case_in_any_field() {
  return is_invalid("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e473F-00f067aa0ba902b7-01") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-A0");
}
static_assert(refuses_upper_case_in_any_field());
TEST(traceparent, refuses_upper_case_in_any_field) { EXPECT_TRUE(refuses_upper_case_in_any_field()); }

// Whichever place holds whichever other byte: the digits of the grammar and the separators, nothing else.
TEST(traceparent, has_one_grammar_at_every_place) {
  const std::string good{example_traceparent};
  for (std::size_t place = 0; place < good.size(); ++place)
    for (int code = 0; code < 256; ++code) {
      std::string value = good;
      value[place] = static_cast<char>(code);
      const bool separator = place == 2 || place == 35 || place == 52;
      const bool digit = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'f');
      const bool fits = separator ? code == '-' : digit;
      EXPECT_EQ(parse_traceparent(value).valid(), fits) << "at " << place << " the byte " << code;
    }
}

constexpr bool takes_blanks_around_it_and_no_other_padding() {
  return is_example(" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_example("\t00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 \t") &&
         is_invalid("\r00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") &&
         is_invalid("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n") &&
         is_invalid("00- 4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01") && is_invalid(" ") && is_invalid("\t \t");
}
static_assert(takes_blanks_around_it_and_no_other_padding());
TEST(traceparent, takes_blanks_around_it_and_no_other_padding) {
  EXPECT_TRUE(takes_blanks_around_it_and_no_other_padding());
}

TEST(traceparent, refuses_two_joined_by_a_comma) {
  const std::string twice = std::string{example_traceparent}.append(",").append(example_traceparent);
  EXPECT_FALSE(parse_traceparent(twice).valid());
  EXPECT_FALSE(parse_traceparent("01" + twice.substr(2)).valid()) << "in no version";
}

TEST(traceparent, does_not_stop_at_a_zero_byte) {
  const std::string hidden = std::string{example_traceparent}.append(1, '\0').append("more");
  EXPECT_FALSE(parse_traceparent(hidden).valid());
  EXPECT_FALSE(parse_traceparent(std::string_view{"00-4bf92f3577b34da6\0a3ce929d0e0e473-00f067aa0ba902b7-01", 55}).valid());
}

TEST(traceparent, never_reads_past_the_end) {  // for the address sanitizer: each length in memory of its own
  for (std::size_t size = 0; size <= example_traceparent.size(); ++size) {
    const std::vector<char> exact(example_traceparent.begin(), example_traceparent.begin() + static_cast<long>(size));
    EXPECT_EQ(parse_traceparent({exact.data(), size}).valid(), size == 55);
  }
}

constexpr bool keeps_sampled_and_random_and_clears_the_rest() {
  const auto flags = [](std::string_view two) {
    char value[55];
    for (std::size_t i = 0; i < 55; ++i) value[i] = example_traceparent[i];
    value[53] = two[0];
    value[54] = two[1];
    const auto again = format_traceparent(parse_traceparent({value, 55}));
    return std::string_view{again.data(), again.size()}.substr(53) == (two == "ff" ? "03" : two == "fc" ? "00" : two);
  };
  return flags("00") && flags("01") && flags("02") && flags("03") && flags("ff") && flags("fc");
}
static_assert(keeps_sampled_and_random_and_clears_the_rest());
TEST(traceparent, keeps_sampled_and_random_and_clears_the_rest) {
  EXPECT_TRUE(keeps_sampled_and_random_and_clears_the_rest());
}

TEST(traceparent, reads_back_what_it_writes) {
  sonde::context::id_source ids{{1, 2, 3, 4}};
  for (int i = 0; i < 10'000; ++i) {
    const span_context context{.trace_id = ids.next_trace_id(),
                               .span_id = ids.next_span_id(),
                               .sampled = i % 2 == 0,
                               .remote = true,
                               .random = i % 3 == 0};
    const auto text = format_traceparent(context);
    ASSERT_EQ(parse_traceparent({text.data(), text.size()}), context);
  }
}

}  // namespace
