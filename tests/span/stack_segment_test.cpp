// SPDX-License-Identifier: MIT

#include <sonde/span/stack_segment.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::record::captured_context;
using sonde::record::stack_segment;
static_assert(!std::is_copy_constructible_v<stack_segment>);

using span = sonde::span<"span">;
using inner_span = sonde::span<"inner">;

[[nodiscard]] sonde::span_context current() { return sonde::current_span().context(); }

void on_another_thread(auto&& work) {
  std::thread{[&] { work(); }}.join();
}

TEST(stack_segment, takes_its_spans_along_and_leaves_the_threads_own) {
  recording kept;
  sonde::span<"parent"> parent;
  stack_segment segment{captured_context::current()};
  std::optional<span> held;
  std::optional<inner_span> inner;
  segment.put_on();
  EXPECT_EQ(current(), parent.context());
  EXPECT_FALSE(sonde::current_span().is_recording()) << "the parent may have ended when it is put on next";
  held.emplace();
  const auto mine = current();
  segment.take_off();
  EXPECT_EQ(current(), parent.context());
  EXPECT_TRUE(sonde::current_span().is_recording());
  on_another_thread([&] {
    sonde::span<"other"> other;
    segment.put_on();
    EXPECT_EQ(current(), mine);
    inner.emplace();
    const auto innermost = current();
    segment.take_off();
    EXPECT_EQ(current(), other.context());
    segment.put_on();
    EXPECT_EQ(current(), innermost);
    inner.reset();
    held.reset();
    EXPECT_EQ(current(), parent.context());
    segment.take_off();
  });
  EXPECT_EQ(kept.named("span").parent_span_id, parent.context().span_id);
  EXPECT_EQ(kept.named("inner").parent_span_id, kept.named("span").span_id);
}

TEST(stack_segment, may_be_put_on_and_taken_off_twice) {
  recording kept;
  stack_segment segment{captured_context{}};
  segment.take_off();
  segment.put_on();
  span held;
  const auto mine = current();
  segment.put_on();
  EXPECT_EQ(current(), mine);
  segment.take_off();
  segment.take_off();
  EXPECT_FALSE(current().valid());
  segment.put_on();
  EXPECT_EQ(current(), mine);
}

TEST(stack_segment, lies_on_others) {
  recording kept;
  stack_segment below{captured_context{}};
  stack_segment above{captured_context{}};
  std::optional<span> first;
  std::optional<inner_span> second;
  below.put_on();
  first.emplace();
  const auto of_first = current();
  above.put_on();
  EXPECT_FALSE(current().valid());
  second.emplace();
  const auto of_second = current();
  above.take_off();
  EXPECT_EQ(current(), of_first);
  below.take_off();
  above.put_on();
  EXPECT_EQ(current(), of_second);
  below.put_on();
  EXPECT_EQ(current(), of_first);
  first.reset();
  below.take_off();
  second.reset();
  above.take_off();
  for (const auto& each : kept.spans()) EXPECT_FALSE(each.parent_span_id.valid());
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(stack_segment, without_a_parent_begins_a_trace_above_whatever_is_there) {
  recording kept;
  sonde::span<"resumer"> resumer;
  stack_segment segment{captured_context{}};
  segment.put_on();
  EXPECT_FALSE(current().valid());
  EXPECT_FALSE(captured_context::current().parent.valid());
  { span root; }
  { span root{sonde::kind::server}; }
  segment.take_off();
  for (const auto& each : kept.spans()) {
    EXPECT_FALSE(each.parent_span_id.valid());
    EXPECT_NE(each.trace_id, resumer.context().trace_id);
  }
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(stack_segment, without_a_parent_a_report_describes_only_its_own_exceptions) {
  recording kept;
  std::optional<sonde::span<"resumer">> resumer{std::in_place};
  try {
    sonde::span<"left by the resumer"> left;
    throw std::runtime_error{"the resumer's"};
  } catch (const std::runtime_error&) {
  }
  stack_segment segment{captured_context{}};
  segment.put_on();
  sonde::report_exception(std::logic_error{"the segment's"});
  segment.take_off();
  resumer.reset();
  for (const auto& each : kept.named("left by the resumer").events)
    EXPECT_FALSE(each.attributes.contains("exception.message"));
  EXPECT_TRUE(kept.named("resumer").events.empty());
}

TEST(stack_segment, under_an_unsampled_parent_records_nothing) {
  recording kept;
  stack_segment segment{captured_context{.parent = {{{1}}, {{2}}, false}, .fields = {}}};
  segment.put_on();
  EXPECT_EQ(current().span_id, sonde::span_id{{2}});
  { span child; }
  segment.take_off();
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.unsampled, 1u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(stack_segment, ids_nobody_needed_yet_are_drawn_where_it_lies) {
  recording kept{{.sampler = sonde::sampling::always_off{}}};
  stack_segment segment{captured_context{}};
  std::optional<span> root;
  std::thread{[&] {
    segment.put_on();
    root.emplace();
    segment.take_off();
  }}.join();
  segment.put_on();
  const auto mine = current();
  EXPECT_TRUE(mine.valid());
  EXPECT_EQ(current(), mine);
  root.reset();
  segment.take_off();
}

TEST(stack_segment, an_exception_that_flies_where_it_is_put_on_leaves_none_of_its_spans) {
  recording kept;
  stack_segment segment{captured_context{}};
  std::optional<span> held;
  segment.put_on();
  held.emplace();
  segment.take_off();
  struct during_unwinding {
    stack_segment& segment;
    std::optional<span>& held;
    ~during_unwinding() {
      segment.put_on();
      held.reset();
      segment.take_off();
    }
  };
  try {
    during_unwinding last{segment, held};
    throw std::runtime_error{"e"};
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(kept.only().status, sonde::status::unset);
}

TEST(stack_segment, opened_while_an_exception_flew_its_spans_are_left_by_the_next_one) {
  recording kept;
  stack_segment segment{captured_context{}};
  struct during_unwinding {
    stack_segment& segment;
    std::optional<span>& held;
    ~during_unwinding() {
      segment.put_on();
      held.emplace();
      segment.take_off();
    }
  };
  std::optional<span> held;
  try {
    during_unwinding last{segment, held};
    throw std::runtime_error{"not its own"};
  } catch (const std::runtime_error&) {
  }
  segment.put_on();
  try {
    struct closes {
      std::optional<span>& held;
      ~closes() { held.reset(); }
    } last{held};
    throw std::runtime_error{"its own"};
  } catch (const std::runtime_error&) {
  }
  segment.take_off();
  EXPECT_EQ(kept.only().status, sonde::status::error);
}

TEST(stack_segment, may_go_while_it_is_on) {
  recording kept;
  sonde::span<"thread's"> own;
  std::optional<stack_segment> segment{std::in_place, captured_context{}};
  segment->put_on();
  segment.reset();
  EXPECT_EQ(current(), own.context());
  segment.emplace(captured_context{});
  segment->put_on();
  {
    span outlives;
    segment.reset();
    EXPECT_EQ(current(), outlives.context());
  }
  EXPECT_EQ(current(), own.context());
}

TEST(stack_segment, survives_the_thread_it_was_on) {
  recording kept;
  auto segment = std::make_unique<stack_segment>(captured_context{});
  std::optional<span> held;
  on_another_thread([&] {
    segment->put_on();
    held.emplace();
    segment->take_off();
  });
  for (int i = 0; i < 10; ++i) on_another_thread([] { span other; });  // whoever gets its recorder next
  segment->put_on();
  held->set_attribute<"key">(1);
  held.reset();
  segment->take_off();
  EXPECT_EQ(kept.spans().size(), 11u);
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

TEST(stack_segment, put_on_unnoticed_by_another_thread_stays_where_it_is) {
  recording kept;
  stack_segment segment{captured_context{}};
  segment.put_on();
  span held;
  const auto mine = current();
  on_another_thread([&] {
    sonde::span<"other"> other;
    segment.take_off();
    EXPECT_EQ(current(), other.context());
    segment.put_on();
    EXPECT_EQ(current(), other.context());
  });
  EXPECT_EQ(current(), mine);
}

// --- sessions -----------------------------------------------------------------------------------------------------------

struct parked {
  parked() {
    segment.put_on();
    held.emplace();
    held->set_attribute<"long">(std::string(1000, 'x'));  // on the heap
    job.emplace();
    active.emplace(*job);
    segment.take_off();
  }
  stack_segment segment{captured_context{}};
  std::optional<span> held;
  std::optional<sonde::detached_span<"job">> job;
  std::optional<sonde::scope> active;
};

TEST(stack_segment, put_on_in_a_later_session_its_spans_do_nothing) {
  std::optional<parked> old;
  {
    recording first;
    old.emplace();
  }
  recording second;
  {
    sonde::span<"resumer"> resumer;
    old->segment.put_on();
    EXPECT_FALSE(current().valid());
    old->held->set_attribute<"late">(std::string(1000, 'x'));
    { inner_span fresh; }
    old.reset();
    EXPECT_EQ(current(), resumer.context());
  }
  EXPECT_FALSE(second.named("inner").parent_span_id.valid());
  EXPECT_EQ(second.spans().size(), 2u);
  EXPECT_EQ(second.session.stats().spans.open, 0u);
  EXPECT_TRUE(balanced(second.session.stats().spans));
}

TEST(stack_segment, put_on_where_there_is_no_session_its_spans_do_nothing) {
  std::optional<parked> old;
  {
    recording first;
    old.emplace();
  }
  old->segment.put_on();
  old->held->set_attribute<"late">(std::string(1000, 'x'));
  old->held.reset();
  old->segment.take_off();
  on_another_thread([&] {
    old->segment.put_on();
    old.reset();
  });
}

TEST(stack_segment, never_put_on_again_its_spans_do_nothing) {
  std::optional<parked> old;
  recording first;
  old.emplace();
  first.session.shutdown();
  old.reset();
}

TEST(stack_segment, takes_along_what_it_opened_in_a_session_that_began_meanwhile) {
  stack_segment segment{captured_context{}};
  std::optional<inner_span> fresh;
  segment.put_on();
  recording kept;
  fresh.emplace();
  const auto mine = current();
  segment.take_off();
  EXPECT_FALSE(current().valid());
  on_another_thread([&] {
    segment.put_on();
    EXPECT_EQ(current(), mine);
    fresh.reset();
    segment.take_off();
  });
  EXPECT_EQ(kept.only().name, "inner");
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

TEST(stack_segment, a_session_ends_and_another_begins_while_it_is_on) {
  stack_segment segment{captured_context{}};
  std::optional<span> old;
  std::optional<inner_span> fresh;
  {
    recording first;
    segment.put_on();
    old.emplace();
    old->set_attribute<"long">(std::string(1000, 'x'));
  }
  recording second;
  fresh.emplace();
  const auto mine = current();
  segment.take_off();
  EXPECT_FALSE(current().valid());
  on_another_thread([&] {
    segment.put_on();
    EXPECT_EQ(current(), mine);
    fresh.reset();
    old.reset();
    segment.take_off();
    EXPECT_FALSE(current().valid());
  });
  EXPECT_EQ(second.only().name, "inner");
  EXPECT_TRUE(balanced(second.session.stats().spans));
}

TEST(stack_segment, fields_go_with_it) {
  recording kept;
  const std::string text = "Root=1";
  sonde::propagated_fields fields;
  fields.xray = {text.data(), text.size()};
  std::optional<stack_segment> segment;
  {
    sonde::record::fields_scope scope{&fields};
    segment.emplace(captured_context::current());
  }
  std::optional<sonde::record::fields_scope> own;
  sonde::propagated_fields others = fields;
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
  segment->put_on();
  ASSERT_NE(sonde::record::active_fields(), nullptr);
  EXPECT_EQ((std::string_view{sonde::record::active_fields()->xray.data, sonde::record::active_fields()->xray.size}), text);
  own.emplace(&others);
  segment->take_off();
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
  on_another_thread([&] {
    segment->put_on();
    EXPECT_EQ(sonde::record::active_fields(), &others);
    own.reset();
    EXPECT_NE(sonde::record::active_fields(), &others);
    EXPECT_NE(sonde::record::active_fields(), nullptr);
    segment.reset();
    EXPECT_EQ(sonde::record::active_fields(), nullptr);
  });
}

TEST(stack_segment, fields_of_a_session_that_began_meanwhile_lie_on_its_own) {
  sonde::propagated_fields its_own, later, threads;
  its_own.xray = {"Root=1", 6};
  stack_segment segment{captured_context{.parent = {}, .fields = sonde::context::shared_fields{&its_own}}};
  segment.put_on();
  recording kept;
  std::optional<sonde::record::fields_scope> scope{std::in_place, &later};
  segment.take_off();
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
  on_another_thread([&] {
    std::optional<sonde::record::fields_scope> beneath{std::in_place, &threads};
    segment.put_on();
    EXPECT_EQ(sonde::record::active_fields(), &later);
    beneath.reset();
    scope.reset();
    const sonde::propagated_fields* const now = sonde::record::active_fields();
    ASSERT_NE(now, nullptr);
    EXPECT_EQ((std::string_view{now->xray.data, now->xray.size}), "Root=1");
    segment.take_off();
    EXPECT_EQ(sonde::record::active_fields(), nullptr);
  });
}

}  // namespace
