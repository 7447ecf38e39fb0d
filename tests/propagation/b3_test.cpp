// SPDX-License-Identifier: MIT

#include <sonde/propagation/b3.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::span_context;
using sonde::propagation::b3_headers;
using sonde::propagation::b3_size;
using sonde::propagation::format_b3;
using sonde::propagation::parse_b3;

// The ids of the specification's example.
constexpr span_context accepted{.trace_id = trace("80f198ee56343ba864fe8b2a57d3eff7"),
                                .span_id = span("e457b5a2e4d86bd1"),
                                .sampled = true,
                                .remote = true};
constexpr span_context denied{.trace_id = accepted.trace_id, .span_id = accepted.span_id, .remote = true};
constexpr span_context deferred{.trace_id = accepted.trace_id, .span_id = accepted.span_id, .remote = true, .undecided = true};

constexpr bool is_nothing(std::string_view value) { return parse_b3(value) == span_context{}; }

constexpr bool reads_every_state() {
  return parse_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90") == accepted &&
         parse_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1") == accepted &&
         parse_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d") == accepted &&
         parse_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0") == denied &&
         parse_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1") == deferred &&
         parse_b3(" 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\t") == accepted;
}
static_assert(reads_every_state());
TEST(b3, reads_every_state) { EXPECT_TRUE(reads_every_state()); }

constexpr bool fills_up_a_trace_id_of_64_bits() {
  return parse_b3("64fe8b2a57d3eff7-e457b5a2e4d86bd1-1").trace_id == trace("000000000000000064fe8b2a57d3eff7");
}
static_assert(fills_up_a_trace_id_of_64_bits());
TEST(b3, fills_up_a_trace_id_of_64_bits) { EXPECT_TRUE(fills_up_a_trace_id_of_64_bits()); }

constexpr bool takes_nothing_from_a_decision_alone() { return is_nothing("0") && is_nothing("1") && is_nothing("d"); }
static_assert(takes_nothing_from_a_decision_alone());
TEST(b3, takes_nothing_from_a_decision_alone) { EXPECT_TRUE(takes_nothing_from_a_decision_alone()); }

constexpr bool refuses_what_is_malformed() {
  return is_nothing("") && is_nothing("-") && is_nothing("---") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-2") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-true") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-D") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-05e3ac9a4f6e3b90") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1--") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b9") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90-x") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90-") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7 - e457b5a2e4d86bd1-1") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd-1") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff-e457b5a2e4d86bd1-1") &&
         is_nothing("80F198EE56343BA864FE8B2A57D3EFF7-e457b5a2e4d86bd1-1") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-E457b5a2e4d86bd1-1") &&
         is_nothing("00000000000000000000000000000000-e457b5a2e4d86bd1-1") &&
         is_nothing("0000000000000000-e457b5a2e4d86bd1-1") &&
         is_nothing("80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1");
}
static_assert(refuses_what_is_malformed());
TEST(b3, refuses_what_is_malformed) { EXPECT_TRUE(refuses_what_is_malformed()); }

constexpr b3_headers headers(std::string_view sampled, std::string_view flags = {}) {
  return {"80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1", sampled, flags};
}

constexpr bool in_several_headers_reads_every_state() {
  return headers("1").parse() == accepted && headers("true").parse() == accepted && headers("0").parse() == denied &&
         headers("false").parse() == denied && headers("").parse() == deferred && headers("", "1").parse() == accepted &&
         headers("0", "1").parse() == accepted;  // debug implies yes
}
static_assert(in_several_headers_reads_every_state());
TEST(b3, in_several_headers_reads_every_state) { EXPECT_TRUE(in_several_headers_reads_every_state()); }

constexpr bool in_several_headers_keeps_the_trace_where_the_state_makes_no_sense() {
  return headers("2").parse() == deferred && headers("d").parse() == deferred && headers("TRUE").parse() == deferred &&
         headers("", "0").parse() == deferred && headers("1", "2").parse() == accepted;
}
static_assert(in_several_headers_keeps_the_trace_where_the_state_makes_no_sense());
TEST(b3, in_several_headers_keeps_the_trace_where_the_state_makes_no_sense) {
  EXPECT_TRUE(in_several_headers_keeps_the_trace_where_the_state_makes_no_sense());
}

constexpr bool in_several_headers_needs_both_ids() {
  return b3_headers{"80f198ee56343ba864fe8b2a57d3eff7", "", "1", ""}.parse() == span_context{} &&
         b3_headers{"", "e457b5a2e4d86bd1", "1", ""}.parse() == span_context{} &&
         b3_headers{"", "", "0", ""}.parse() == span_context{} && b3_headers{"", "", "", "1"}.parse() == span_context{} &&
         b3_headers{"80F198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1", "1", ""}.parse() == span_context{} &&
         b3_headers{"64fe8b2a57d3eff7", "e457b5a2e4d86bd1", "1", ""}.parse().trace_id ==
             trace("000000000000000064fe8b2a57d3eff7");
}
static_assert(in_several_headers_needs_both_ids());
TEST(b3, in_several_headers_needs_both_ids) { EXPECT_TRUE(in_several_headers_needs_both_ids()); }

std::string written(const span_context& context) {
  const auto text = format_b3(context);
  return std::string{text.data(), b3_size(context)};
}
TEST(b3, writes_128_bits_and_the_state_where_there_is_one) {
  EXPECT_EQ(written(accepted), "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1");
  EXPECT_EQ(written(denied), "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");
  EXPECT_EQ(written(deferred), "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1");
}

TEST(b3, reads_back_what_it_writes) {
  sonde::context::id_source ids{{1, 2, 3, 4}};
  for (int i = 0; i < 10'000; ++i) {
    const span_context context{.trace_id = ids.next_trace_id(),
                               .span_id = ids.next_span_id(),
                               .sampled = i % 3 == 0,
                               .remote = true,
                               .undecided = i % 3 == 1};
    ASSERT_EQ(parse_b3(written(context)), context);
  }
}

}  // namespace
