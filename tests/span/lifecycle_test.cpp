// SPDX-License-Identifier: MIT
// Spans under parents of elsewhere; spans that exceptions leave, and what becomes known of these exceptions.

#include <sonde/span/lifecycle.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::status;
using sonde::testing::recorded_span;

/// The type of the exception a span tells of; "" where it tells of none.
std::string told(const recorded_span& span) {
  for (const auto& each : span.events)
    if (each.name == "exception" && each.attributes.contains("exception.type"))
      return each.attributes["exception.type"].as<std::string>();
  return {};
}
bool inferred(const recorded_span& span) {
  return !span.events.empty() && span.events.back().attributes.contains("sonde.exception.inferred");
}

TEST(unwinding, leaves_error_status) {
  recording kept;
  try {
    sonde::span<"outer"> outer;
    sonde::span<"inner"> inner;
    inner.set_attribute<"key">(1);
    throw std::runtime_error{"e"};
  } catch (const std::exception&) {
  }
  { sonde::span<"after"> span; }
  EXPECT_EQ(kept.named("inner").status, status::error);
  EXPECT_EQ(kept.named("inner").attributes["key"], 1);
  EXPECT_EQ(kept.named("outer").status, status::error);
  EXPECT_EQ(told(kept.named("outer")), "") << "nobody said which";
  EXPECT_EQ(kept.named("after").status, status::unset);
  EXPECT_EQ(kept.session.stats().spans.taken, 3u);
}

TEST(unwinding, a_report_in_the_handler_tells_which) {
  recording kept;
  {
    sonde::span<"root"> root;
    try {
      sonde::span<"outer"> outer;
      { sonde::span<"finished before"> span; }
      sonde::span<"inner"> inner;
      throw std::invalid_argument{"no such handle"};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  for (const char* name : {"inner", "outer"}) {
    const auto span = kept.named(name);
    EXPECT_EQ(told(span), "std::invalid_argument") << name;
    EXPECT_EQ(span.events.back().attributes["exception.message"], "no such handle");
    EXPECT_TRUE(inferred(span)) << name;
    EXPECT_EQ(span.status, status::error);
    EXPECT_LE(span.events.back().unix_nano, span.end_unix_nano);
    EXPECT_GE(span.events.back().unix_nano, span.start_unix_nano);
  }
  const auto root = kept.named("root");
  EXPECT_EQ(told(root), "std::invalid_argument");
  EXPECT_FALSE(inferred(root));
  EXPECT_EQ(root.status, status::unset) << "it was left normally";
  EXPECT_EQ(told(kept.named("finished before")), "");
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(unwinding, so_does_a_report_with_no_span_around_it) {
  recording kept;
  try {
    sonde::span<"root"> root;
    throw std::logic_error{"e"};
  } catch (...) {
    sonde::report_exception();
  }
  EXPECT_EQ(told(kept.only()), "std::logic_error");
  EXPECT_TRUE(inferred(kept.only()));
}

TEST(unwinding, so_does_record_exception_on_the_outer_span) {
  recording kept;
  {
    sonde::span<"outer"> outer;
    try {
      sonde::span<"inner"> inner;
      throw std::length_error{"e"};
    } catch (const std::exception& error) {
      outer.record_exception(error);
    }
  }
  EXPECT_EQ(told(kept.named("inner")), "std::length_error");
  EXPECT_TRUE(inferred(kept.named("inner")));
  EXPECT_FALSE(inferred(kept.named("outer")));
}

TEST(unwinding, without_a_report_a_later_one_is_not_taken_for_it) {
  recording kept;
  {
    sonde::span<"root"> root;
    {
      sonde::span<"handles in silence"> middle;
      try {
        sonde::span<"left"> left;
        throw std::logic_error{"e"};
      } catch (...) {
      }
    }
    sonde::report_exception(std::runtime_error{"another"});
  }
  EXPECT_EQ(told(kept.named("left")), "");
  EXPECT_EQ(told(kept.named("root")), "std::runtime_error");
}

TEST(unwinding, a_report_of_another_thread_is_not_taken_for_it) {
  recording kept;
  std::thread{[] {
    try {
      sonde::span<"left"> left;
      throw std::logic_error{"e"};
    } catch (...) {
    }
  }}.join();
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // its recorder may go to the next thread
  std::thread{[] { sonde::report_exception(std::runtime_error{"another"}); }}.join();
  EXPECT_EQ(told(kept.only()), "");
}

/// Opens a span while an exception passes by, and leaves it normally.
struct cleans_up {
  ~cleans_up() {
    sonde::span<"clean-up"> span;
    try {
      sonde::span<"fails inside of clean-up"> inner;
      throw 1;
    } catch (int) {
    }
  }
};
TEST(unwinding, a_span_of_a_destructor_is_not_left_by_the_exception_that_passes_by) {
  recording kept;
  try {
    sonde::span<"left"> left;
    cleans_up object;
    throw std::runtime_error{"e"};
  } catch (const std::exception&) {
  }
  EXPECT_EQ(kept.named("clean-up").status, status::unset);
  EXPECT_EQ(kept.named("fails inside of clean-up").status, status::error);
  EXPECT_EQ(kept.named("left").status, status::error);
}

TEST(unwinding, ok_stays_ok) {
  recording kept;
  try {
    sonde::span<"span"> span;
    span.set_status(status::ok);
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(kept.only().status, status::ok);
}

TEST(unwinding, levels_each_tell_their_own) {
  recording kept;
  {
    sonde::span<"root"> root;
    try {
      sonde::span<"outer"> outer;
      try {
        sonde::span<"inner"> inner;
        throw std::invalid_argument{"first"};
      } catch (const std::exception& error) {
        sonde::report_exception(error);
        throw std::runtime_error{"second"};
      }
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  EXPECT_EQ(told(kept.named("inner")), "std::invalid_argument");
  EXPECT_EQ(kept.named("inner").events.size(), 1u);
  const auto outer = kept.named("outer");
  ASSERT_EQ(outer.events.size(), 2u);
  EXPECT_EQ(outer.events[0].attributes["exception.type"], "std::invalid_argument");
  EXPECT_FALSE(outer.events[0].attributes.contains("sonde.exception.inferred"));
  EXPECT_EQ(outer.events[1].attributes["exception.type"], "std::runtime_error");
  EXPECT_TRUE(outer.events[1].attributes.contains("sonde.exception.inferred"));
}

TEST(unwinding, a_spilled_span_keeps_everything) {
  recording kept;
  {
    sonde::span<"root"> root;
    try {
      sonde::span<"left"> left;
      left.set_attribute<"long">(std::string(5000, 'x'));
      throw std::runtime_error{std::string(3000, 'm')};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  const auto left = kept.named("left");
  EXPECT_EQ(left.attributes["long"].as<std::string>().size(), 5000u);
  EXPECT_EQ(left.events.at(0).attributes["exception.message"].as<std::string>().size(), 3000u);
}

TEST(unwinding, many_large_spans_left_are_all_recorded) {
  recording kept;
  const std::string text(100'000, 'x');
  for (int i = 0; i < 200; ++i) {
    try {
      sonde::span<"left"> left;
      left.set_attribute<"long">(text);
      throw 1;
    } catch (int) {
    }
    if (i % 20 == 0) static_cast<void>(kept.session.force_flush());
  }
  EXPECT_EQ(kept.spans().size(), 200u);
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

constexpr sonde::trace_id some_trace{{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}};
constexpr sonde::span_id some_span{{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}};

/// Remembers what it was asked, and says yes.
struct remembering {
  struct memory {
    int asked = 0;
    bool has_parent = false;
    bool parent_sampled = false;
  };
  std::shared_ptr<memory> last = std::make_shared<memory>();
  [[nodiscard]] bool should_sample(const sonde::sampling::question& about) const noexcept {
    *last = {last->asked + 1, about.has_parent, about.parent_sampled};
    return true;
  }
  [[nodiscard]] std::string description() const { return "Remembering"; }
};

TEST(remote_parent, gives_the_trace_the_parent_and_the_decision) {
  const remembering sampler;
  recording kept{{.sampler = sampler}};
  { sonde::span<"request"> request{sonde::kind::server, {.trace_id = some_trace, .span_id = some_span, .sampled = true, .remote = true}}; }
  EXPECT_TRUE(sampler.last->has_parent);
  EXPECT_TRUE(sampler.last->parent_sampled);
  const auto request = kept.only();
  EXPECT_EQ(request.trace_id, some_trace);
  EXPECT_EQ(request.parent_span_id, some_span);
  EXPECT_TRUE(request.remote_parent);
}

TEST(remote_parent, that_leaves_the_decision_to_us_is_none_to_the_sampler) {
  const remembering sampler;
  recording kept{{.sampler = sampler}};
  { sonde::span<"request"> request{{.trace_id = some_trace, .span_id = some_span, .sampled = true, .remote = true, .undecided = true}}; }
  EXPECT_EQ(sampler.last->asked, 1);
  EXPECT_FALSE(sampler.last->has_parent);
  EXPECT_FALSE(sampler.last->parent_sampled);
  const auto request = kept.only();
  EXPECT_EQ(request.trace_id, some_trace);
  EXPECT_EQ(request.parent_span_id, some_span) << "it is one to the span";
  EXPECT_TRUE(request.remote_parent);
}

TEST(remote_parent, a_trace_without_a_span_gives_the_trace_alone) {
  const remembering sampler;
  recording kept{{.sampler = sampler}};
  const sonde::span_context from_a_load_balancer{.trace_id = some_trace, .remote = true, .undecided = true};
  { sonde::span<"request"> request{sonde::kind::server, from_a_load_balancer}; }
  { sonde::detached_span<"job"> job{from_a_load_balancer}; }
  EXPECT_EQ(sampler.last->asked, 2);
  EXPECT_FALSE(sampler.last->has_parent);
  for (const char* name : {"request", "job"}) {
    EXPECT_EQ(kept.named(name).trace_id, some_trace) << name;
    EXPECT_FALSE(kept.named(name).parent_span_id.valid()) << name;
    EXPECT_FALSE(kept.named(name).remote_parent) << name;
  }
}

/// W3C Trace Context Level 2: who makes a trace id says whether it is random; all others pass that on.
TEST(random_flag, is_set_for_traces_that_begin_here) {
  recording kept;
  {
    sonde::span<"root"> root;
    sonde::span<"child"> child;  // the first of its site
    EXPECT_TRUE(root.context().random);
    EXPECT_TRUE(child.context().random);
  }
  {
    sonde::span<"root"> root;
    sonde::span<"child"> child;  // the usual path
    EXPECT_TRUE(child.context().random);
  }
  for (const auto& each : kept.spans()) EXPECT_EQ(each.trace_flags, 3) << each.name;
}

TEST(random_flag, is_what_the_caller_says_of_the_trace_it_began) {
  recording kept;
  for (const bool random : {false, true, false}) {
    const sonde::span_context caller{
        .trace_id = some_trace, .span_id = some_span, .sampled = true, .remote = true, .random = random};
    sonde::span<"request"> request{caller};
    sonde::span<"child"> child;
    sonde::detached_span<"job"> job;
    EXPECT_EQ(request.context().random, random);
    EXPECT_EQ(child.context().random, random);
    EXPECT_EQ(job.context().random, random);
    sonde::bind_current([&] {
      sonde::span<"bound"> bound;
      EXPECT_EQ(bound.context().random, random);
    })();
  }
  for (const auto& each : kept.spans()) EXPECT_TRUE(each.trace_flags == 1 || each.trace_flags == 3) << each.name;
  EXPECT_EQ(kept.named("child").trace_flags, 1) << "the first child's";
}

TEST(random_flag, is_told_of_an_unsampled_trace_too) {
  recording kept{{.sampler = sonde::sampling::always_off{}}};
  {
    sonde::span<"root"> root;
    EXPECT_TRUE(root.context().random);
  }
  sonde::span<"request"> request{{.trace_id = some_trace, .span_id = some_span, .remote = true}};
  EXPECT_FALSE(request.context().random);
}

}  // namespace
