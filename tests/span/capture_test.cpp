// SPDX-License-Identifier: MIT

#include <sonde/span/capture.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace app {
struct UserActivities {
  int factor = 2;
  int run(int n) { return factor * n; }
  int look() const { return factor; }
  int& reference() { return factor; }
};
int load(int n) {
  if (n < 0) throw std::domain_error{"negative"};
  return n + 1;
}
}  // namespace app

namespace {

TEST(capture, runs_the_callable_in_a_span_each_time) {
  recording kept;
  auto run = sonde::capture<"run">([calls = 0](int n) mutable { return n + ++calls; });
  EXPECT_EQ(run(10), 11);
  EXPECT_EQ(run(10), 12);
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "run");
  EXPECT_EQ(all[0].status, sonde::status::unset);
  const auto constant = sonde::capture<"run">([] { return sonde::current_span().is_recording(); });
  EXPECT_TRUE(constant());
}

TEST(capture, names_the_span_after_a_function) {
  recording kept;
  app::UserActivities user;
  auto run = sonde::capture<&app::UserActivities::run>();
  EXPECT_EQ(run(user, 3), 6);
  EXPECT_EQ(run(&user, 4), 8);
  EXPECT_EQ(run(std::make_unique<app::UserActivities>(), 5), 10);
  EXPECT_EQ(sonde::capture<&app::UserActivities::look>()(user), 2);
  EXPECT_EQ(sonde::capture<&app::load>()(1), 2);
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].name, "app::UserActivities::run");
  EXPECT_EQ(all[3].name, "app::UserActivities::look");
  EXPECT_EQ(all[4].name, "app::load");
}

TEST(capture, returns_what_the_callable_returns) {
  recording kept;
  app::UserActivities user;
  static_assert(std::is_same_v<decltype(sonde::capture<&app::UserActivities::reference>()(user)), int&>);
  sonde::capture<&app::UserActivities::reference>()(user) = 7;
  EXPECT_EQ(user.factor, 7);
  int local = 1;
  static_assert(std::is_same_v<decltype(sonde::in_span<"in">([&]() -> int& { return local; })), int&>);
  sonde::in_span<"in">([&]() -> int& { return local; }) = 5;
  EXPECT_EQ(local, 5);
  EXPECT_EQ(*sonde::in_span<"in">([] { return std::make_unique<int>(9); }), 9);
  static_assert(std::is_void_v<decltype(sonde::in_span<"in">([] {}))>);
}

TEST(capture, takes_callables_and_arguments_that_only_move) {
  recording kept;
  auto run = sonde::capture<"run">([held = std::make_unique<int>(3)](std::unique_ptr<int> given) { return *held + *given; });
  auto moved = std::move(run);
  EXPECT_EQ(moved(std::make_unique<int>(4)), 7);
  EXPECT_EQ(kept.spans().size(), 1u);
}

TEST(capture, knows_the_exception) {
  recording kept;
  EXPECT_THROW(sonde::capture<&app::load>()(-1), std::domain_error);
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::error);
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].name, "exception");
  EXPECT_EQ(span.events[0].attributes["exception.type"], "std::domain_error");
  EXPECT_EQ(span.events[0].attributes["exception.message"], "negative");
  EXPECT_FALSE(span.events[0].attributes.contains("sonde.exception.inferred"));
}

TEST(capture, knows_exceptions_of_any_type) {
  recording kept;
  EXPECT_THROW(sonde::in_span<"int">([] { throw 7; }), int);
  EXPECT_THROW(sonde::in_span<"text">([] { throw "text"; }), const char*);
  EXPECT_THROW(sonde::in_span<"none">([] { throw static_cast<const char*>(nullptr); }), const char*);
  EXPECT_EQ(kept.named("int").events.at(0).attributes["exception.type"], "int");
  EXPECT_EQ(kept.named("text").events.at(0).attributes["exception.message"], "text");
  EXPECT_EQ(kept.named("none").status, sonde::status::error);
}

TEST(capture, tells_spans_beneath_which_exception_left_them) {
  recording kept;
  EXPECT_THROW(sonde::in_span<"outer">([] {
                 sonde::span<"inner"> inner;
                 throw std::runtime_error{"e"};
               }),
               std::runtime_error);
  const auto inner = kept.named("inner");
  ASSERT_EQ(inner.events.size(), 1u);
  EXPECT_EQ(inner.events[0].attributes["exception.type"], "std::runtime_error");
  EXPECT_EQ(inner.events[0].attributes["sonde.exception.inferred"], true);
  EXPECT_EQ(kept.named("outer").events.size(), 1u);
}

TEST(capture, nested_callables_each_know_it_once) {
  recording kept;
  try {
    sonde::in_span<"outer">([] { sonde::in_span<"inner">([] { throw std::runtime_error{"e"}; }); });
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  EXPECT_EQ(kept.named("inner").events.size(), 1u);
  EXPECT_EQ(kept.named("outer").events.size(), 1u);
}

TEST(capture, lets_a_thread_exit) {
  recording kept;
  std::thread{[] { sonde::in_span<"left by the thread's exit">([] { pthread_exit(nullptr); }); }}.join();
  EXPECT_EQ(kept.spans().size(), 1u);
}

TEST(bind_current, carries_the_parent_to_another_thread) {
  recording kept;
  {
    sonde::span<"parent"> parent;
    auto task = sonde::bind_current([](int n) {
      sonde::current_span().set_attribute<"ignored">(n);  // it is open on another thread
      EXPECT_FALSE(sonde::current_span().is_recording());
      sonde::span<"child"> child;
      return n;
    });
    std::thread{[&task] {
      EXPECT_EQ(task(7), 7);
      EXPECT_FALSE(sonde::current_span().context().valid());
    }}.join();
    std::function<int(int)> erased = task;
    EXPECT_EQ(erased(8), 8);
    EXPECT_EQ(sonde::current_span().context(), parent.context());
  }
  ASSERT_EQ(kept.spans().size(), 3u);
  const auto parent = kept.named("parent");
  for (const auto& each : kept.spans())
    if (each.name == "child") {
      EXPECT_EQ(each.parent_span_id, parent.span_id);
    }
  EXPECT_TRUE(parent.attributes.all.empty());
}

TEST(bind_current, outlives_the_parent) {
  recording kept;
  std::function<void()> task;
  {
    sonde::span<"parent"> parent;
    task = sonde::bind_current([] { sonde::span<"child"> child; });
  }
  std::thread{task}.join();
  EXPECT_EQ(kept.named("child").parent_span_id, kept.named("parent").span_id);
}

TEST(bind_current, without_a_parent_changes_nothing) {
  recording kept;
  auto task = sonde::bind_current([held = std::make_unique<int>(1)] { sonde::span<"root"> span; });
  std::thread{std::move(task)}.join();
  EXPECT_FALSE(kept.only().parent_span_id.valid());
}

}  // namespace
