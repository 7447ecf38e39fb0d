// SPDX-License-Identifier: MIT

#include <sonde/propagation/xray_header.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::span_context;
using sonde::propagation::parse_xray_header;
using sonde::propagation::write_xray_header;
using sonde::propagation::xray_answer;
using sonde::propagation::xray_buffer;
using sonde::propagation::xray_header;

// The header of the X-Ray developer guide.
constexpr std::string_view guide = "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1";
constexpr span_context guide_context{.trace_id = trace("67891233abcdef012345678912345678"),
                                     .span_id = span("463ac35c9f6413ad"),
                                     .sampled = true,
                                     .remote = true};
constexpr std::string_view root = "Root=1-67891233-abcdef012345678912345678";

constexpr span_context context_of(std::string_view value) { return parse_xray_header(value).context; }
constexpr bool is_guide(std::string_view value) { return context_of(value) == guide_context; }
constexpr bool is_nothing(std::string_view value) {
  const xray_header read = parse_xray_header(value);
  return read.context == span_context{} && !read.asks_for_decision && !read.has_vendor_pairs;
}
std::string written(const span_context& context, std::string_view vendor = {}) {
  xray_buffer to;
  write_xray_header(to, context, vendor);
  return std::string{to.text()};
}

constexpr bool reads_the_guides_example() { return is_guide(guide) && parse_xray_header(guide).complete(); }
static_assert(reads_the_guides_example());
TEST(xray_header, reads_the_guides_example) { EXPECT_TRUE(reads_the_guides_example()); }

TEST(xray_header, writes_the_guides_example) {
  EXPECT_EQ(written(guide_context), guide);
  span_context unsampled = guide_context;
  unsampled.sampled = false;
  EXPECT_EQ(written(unsampled), std::string{root} + ";Parent=463ac35c9f6413ad;Sampled=0");
}

constexpr bool takes_pairs_in_any_order_with_blanks_and_semicolons_to_spare() {
  return is_guide("Sampled=1;Parent=463ac35c9f6413ad;Root=1-67891233-abcdef012345678912345678") &&
         is_guide(" Root=1-67891233-abcdef012345678912345678 ; Parent = 463ac35c9f6413ad ;\tSampled=1 ") &&
         is_guide("Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1;") &&
         is_guide(";;Root=1-67891233-abcdef012345678912345678;;junk;Parent=463ac35c9f6413ad;Sampled=1");
}
static_assert(takes_pairs_in_any_order_with_blanks_and_semicolons_to_spare());
TEST(xray_header, takes_pairs_in_any_order_with_blanks_and_semicolons_to_spare) {
  EXPECT_TRUE(takes_pairs_in_any_order_with_blanks_and_semicolons_to_spare());
}

constexpr bool takes_keys_and_ids_of_either_case() {
  return is_guide("root=1-67891233-abcdef012345678912345678;PARENT=463ac35c9f6413ad;sampled=1") &&
         is_guide("Root=1-67891233-ABCDEF012345678912345678;Parent=463AC35C9F6413AD;Sampled=1");
}
static_assert(takes_keys_and_ids_of_either_case());
TEST(xray_header, takes_keys_and_ids_of_either_case) { EXPECT_TRUE(takes_keys_and_ids_of_either_case()); }

constexpr bool of_a_load_balancer_names_a_trace_without_parent() {
  const xray_header alone = parse_xray_header(root);
  const xray_header with_self =
      parse_xray_header("Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678");
  return alone.context.trace_id == guide_context.trace_id && !alone.context.span_id.valid() && alone.context.undecided &&
         alone.context.remote && alone.context.continues_trace() && !alone.complete() && with_self.context == alone.context &&
         !with_self.has_vendor_pairs;
}
static_assert(of_a_load_balancer_names_a_trace_without_parent());
TEST(xray_header, of_a_load_balancer_names_a_trace_without_parent) {
  EXPECT_TRUE(of_a_load_balancer_names_a_trace_without_parent());
}

constexpr bool without_a_good_root_says_nothing() {
  return is_nothing("") && is_nothing("Parent=463ac35c9f6413ad;Sampled=1") && is_nothing("Root=;Sampled=?;Foo=bar") &&
         is_nothing("Root=2-67891233-abcdef012345678912345678") && is_nothing("Root=1-67891233-abcdef01234567891234567") &&
         is_nothing("Root=1-67891233-abcdef0123456789123456789") && is_nothing("Root=1_67891233-abcdef012345678912345678") &&
         is_nothing("Root=1-67891233_abcdef012345678912345678") && is_nothing("Root=1-6789123g-abcdef012345678912345678") &&
         is_nothing("Root=1-67891233-abcdef01234567891234567x") && is_nothing("Root=1-00000000-000000000000000000000000") &&
         is_nothing("Root=1-678912-33abcdef012345678912345678") && is_nothing("1-67891233-abcdef012345678912345678") &&
         is_nothing("Root 1-67891233-abcdef012345678912345678");
}
static_assert(without_a_good_root_says_nothing());
TEST(xray_header, without_a_good_root_says_nothing) { EXPECT_TRUE(without_a_good_root_says_nothing()); }

constexpr bool with_a_bad_parent_names_no_parent() {
  for (const std::string_view bad : {"Parent=", "Parent=463ac35c9f6413a", "Parent=463ac35c9f6413add", "Parent=463ac35c9f6413ag",
                                     "Parent=0000000000000000", "Parent"}) {
    char value[128]{};
    std::size_t size = 0;
    for (const std::string_view part : {root, std::string_view{";"}, bad, std::string_view{";Sampled=1"}})
      for (const char c : part) value[size++] = c;
    const span_context read = context_of({value, size});
    if (read.trace_id != guide_context.trace_id || read.span_id.valid() || !read.sampled || read.undecided) return false;
  }
  return true;
}
static_assert(with_a_bad_parent_names_no_parent());
// What the X-Ray SDKs send of a request they do not sample, by default (AWS_XRAY_NOOP_ID).
constexpr bool without_ids_still_tells_that_nothing_is_recorded() {
  constexpr auto of = [](std::string_view text) { return sonde::propagation::parse_xray_header(text).context; };
  constexpr std::string_view zeros = "Root=1-00000000-000000000000000000000000;Parent=0000000000000000";
  return of("Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0").declines_trace() &&
         of("Root=1-00000000-000000000000000000000000;Sampled=0").declines_trace() &&
         !of("Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=1").declines_trace() &&
         !of("Sampled=0").declines_trace() && !of(zeros).declines_trace() &&
         !of("Root=1-00000000-00000000000000000000000g;Sampled=0").declines_trace() &&
         !of("Root=1-67891233-abcdef012345678912345678;Sampled=0").declines_trace();
}
static_assert(without_ids_still_tells_that_nothing_is_recorded());
TEST(xray_header, without_ids_still_tells_that_nothing_is_recorded) {
  EXPECT_TRUE(without_ids_still_tells_that_nothing_is_recorded());
}

TEST(xray_header, with_a_bad_parent_names_no_parent) { EXPECT_TRUE(with_a_bad_parent_names_no_parent()); }

TEST(xray_header, takes_a_decision_from_0_and_1_alone) {
  const auto with = [](std::string_view sampled) {
    return parse_xray_header(std::string{root} + ";Parent=463ac35c9f6413ad" + std::string{sampled});
  };
  EXPECT_TRUE(with(";Sampled=1").context.sampled);
  EXPECT_FALSE(with(";Sampled=0").context.sampled);
  EXPECT_FALSE(with(";Sampled=0").context.undecided);
  for (const char* const open : {"", ";Sampled=?", ";Sampled=2", ";Sampled=", ";Sampled=true", ";Sampled=11", ";Sampled"}) {
    EXPECT_TRUE(with(open).context.undecided) << open;
    EXPECT_FALSE(with(open).context.sampled) << open;
    EXPECT_FALSE(with(open).complete()) << open;
    EXPECT_EQ(with(open).asks_for_decision, std::string_view{open} == ";Sampled=?") << open;
  }
}

TEST(xray_header, of_a_key_that_occurs_twice_takes_the_last) {
  const std::string first = "Root=1-11111111-111111111111111111111111;Parent=1111111111111111;Sampled=0;";
  EXPECT_TRUE(is_guide(first + std::string{guide}));
  EXPECT_TRUE(is_nothing(std::string{guide} + ";Root=bad"));
  EXPECT_FALSE(context_of(std::string{guide} + ";Parent=bad").span_id.valid());
  EXPECT_TRUE(context_of(std::string{guide} + ";Sampled=bad").undecided);
}

TEST(xray_header, passes_vendor_pairs_on_in_order_behind_its_own) {
  const std::string incoming =
      "Lineage=a87bd80c:1|68fd508a:5;Self=1-2-3;Root=1-11111111-111111111111111111111111;CalledFrom=x=y; b = c d ;junk;=v";
  EXPECT_TRUE(parse_xray_header(incoming).has_vendor_pairs);
  EXPECT_EQ(written(guide_context, incoming), std::string{guide} + ";Lineage=a87bd80c:1|68fd508a:5;CalledFrom=x=y;b=c d");
  EXPECT_FALSE(parse_xray_header(guide).has_vendor_pairs);
}

TEST(xray_header, passes_on_512_bytes_of_vendor_pairs_at_most) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += ";key" + std::to_string(1000 + i) + "=1";  // 10 bytes each
  EXPECT_EQ(written(guide_context, many), std::string{guide} + many.substr(0, 510));
  EXPECT_EQ(written(guide_context, "k=" + std::string(509, 'v')), std::string{guide} + ";k=" + std::string(509, 'v'));
  EXPECT_EQ(written(guide_context, "k=" + std::string(510, 'v')), guide);
}

TEST(xray_header, leaves_out_the_decision_where_it_is_open) {
  span_context open = guide_context;
  open.sampled = false;
  open.undecided = true;
  EXPECT_EQ(written(open), std::string{root} + ";Parent=463ac35c9f6413ad");
}

TEST(xray_header, lets_no_control_character_out) {
  for (const std::string_view hostile : {"Foo=1\r\nSet-Cookie: x=y", "Foo\r=1", "Foo=\n", "Foo=\x7F", "Foo=a\tb", "F\xC3\xB6=1",
                                         "Foo=\xC3\xB6", "a b=1", "a,b=1"})
    EXPECT_EQ(written(guide_context, hostile), guide) << hostile;
  EXPECT_EQ(written(guide_context, "Foo=1\r;Bar=2"), std::string{guide} + ";Bar=2");
}

constexpr bool answers_with_root_and_decision() {
  span_context no = guide_context;
  no.sampled = false;
  const auto yes_text = xray_answer(guide_context);
  const auto no_text = xray_answer(no);
  return std::string_view{yes_text.data(), yes_text.size()} == "Root=1-67891233-abcdef012345678912345678;Sampled=1" &&
         std::string_view{no_text.data(), no_text.size()} == "Root=1-67891233-abcdef012345678912345678;Sampled=0";
}
static_assert(answers_with_root_and_decision());
TEST(xray_header, answers_with_root_and_decision) { EXPECT_TRUE(answers_with_root_and_decision()); }

TEST(xray_header, reads_back_what_it_writes) {
  sonde::context::id_source ids{{1, 2, 3, 4}};
  for (int i = 0; i < 10'000; ++i) {
    const span_context context{.trace_id = ids.next_trace_id(),
                               .span_id = ids.next_span_id(),
                               .sampled = i % 3 == 0,
                               .remote = true,
                               .undecided = i % 3 == 1};
    ASSERT_EQ(context_of(written(context, "A=b;C=d")), context);
  }
}

}  // namespace
