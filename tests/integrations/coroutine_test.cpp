// SPDX-License-Identifier: MIT

#include <sonde/integrations/coroutine.hpp>

#include <atomic>
#include <exception>
#include <latch>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "forked_child.hpp"
#include "integrations/worker_pool.hpp"
#include "span/recording.hpp"

namespace {

using sonde::tests::worker_pool;

// --- coroutines as libraries make them --------------------------------------------------------------------------------

struct untraced {
  template <class Awaiter>
  Awaiter follow(Awaiter awaiter) noexcept {
    return awaiter;
  }
};

/// Lazy; goes on with whoever awaits it. `Base` follows the spans, or does not.
template <class Base>
class basic_task {
 public:
  struct promise_type : Base {
    basic_task get_return_object() { return basic_task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    auto initial_suspend() noexcept { return this->follow(std::suspend_always{}); }
    struct continue_caller {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        return ended.promise().caller;
      }
      void await_resume() noexcept {}
    };
    auto final_suspend() noexcept { return this->follow(continue_caller{}); }
    void return_value(int result) noexcept { value = result; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> caller = std::noop_coroutine();
    int value = 0;
    std::exception_ptr error;
  };

  explicit basic_task(std::coroutine_handle<promise_type> made) : handle_{made} {}
  basic_task(basic_task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  ~basic_task() {
    if (handle_) handle_.destroy();
  }

  void resume() { handle_.resume(); }
  [[nodiscard]] bool done() const { return handle_.done(); }
  int result() {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.promise().value;
  }

  struct awaiter {
    std::coroutine_handle<promise_type> awaited;
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
      awaited.promise().caller = caller;
      return awaited;
    }
    int await_resume() {
      if (awaited.promise().error) std::rethrow_exception(awaited.promise().error);
      return awaited.promise().value;
    }
  };
  awaiter operator co_await() && noexcept { return {handle_}; }

 private:
  std::coroutine_handle<promise_type> handle_;
};
using task = basic_task<sonde::traced_promise>;
using foreign_task = basic_task<untraced>;  // of a library that knows nothing of spans

/// Begins at once, ends by itself.
struct fire_and_forget {
  struct promise_type : sonde::traced_promise {
    fire_and_forget get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return follow(std::suspend_never{}); }
    auto final_suspend() noexcept { return follow(std::suspend_never{}); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

struct generator {
  struct promise_type : sonde::traced_promise {
    generator get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    auto initial_suspend() noexcept { return follow(std::suspend_always{}); }
    auto final_suspend() noexcept { return follow(std::suspend_always{}); }
    auto yield_value(int next) noexcept {
      value = next;
      return follow(std::suspend_always{});
    }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }
    int value = 0;
  };
  std::coroutine_handle<promise_type> handle;
  generator(std::coroutine_handle<promise_type> made) : handle{made} {}
  generator(generator&& other) noexcept : handle{std::exchange(other.handle, {})} {}
  ~generator() {
    if (handle) handle.destroy();
  }
  std::optional<int> next() {
    handle.resume();
    return handle.done() ? std::nullopt : std::optional{handle.promise().value};
  }
};

/// Goes on when somebody calls resume().
struct gate {
  std::coroutine_handle<> waiting;
  void resume() { std::exchange(waiting, {}).resume(); }

  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> suspended) noexcept { waiting = suspended; }
  void await_resume() noexcept {}
};

/// Goes on in the pool.
struct hop {
  worker_pool& pool;
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> suspended) { pool.post(suspended); }
  void await_resume() noexcept {}
};

[[nodiscard]] sonde::span_context current() { return sonde::current_span().context(); }

void on_another_thread(auto&& work) {
  std::thread{[&] { work(); }}.join();
}

// --- whose spans are current where ------------------------------------------------------------------------------------

task holds_a_span(gate& gate) {
  sonde::span<"held"> held;
  const auto mine = current();
  co_await gate;
  EXPECT_EQ(current(), mine);
  sonde::span<"after"> after;
  co_return 1;
}

TEST(traced_promise, takes_its_spans_off_the_thread_while_suspended) {
  recording kept;
  gate gate;
  task held = holds_a_span(gate);
  {
    sonde::span<"resumer"> resumer;
    held.resume();
    EXPECT_EQ(current(), resumer.context());
    sonde::span<"resumer's child"> child;
  }
  EXPECT_FALSE(current().valid());
  on_another_thread([&] {
    sonde::span<"other resumer"> other;
    gate.resume();
    EXPECT_EQ(current(), other.context());
  });
  EXPECT_TRUE(held.done());
  EXPECT_EQ(kept.named("after").parent_span_id, kept.named("held").span_id);
  EXPECT_EQ(kept.named("resumer's child").parent_span_id, kept.named("resumer").span_id);
  EXPECT_FALSE(kept.named("held").parent_span_id.valid()) << "the resumer's span is none of its ancestors";
  EXPECT_NE(kept.named("held").trace_id, kept.named("resumer").trace_id);
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

TEST(traced_promise, has_the_span_as_parent_that_was_current_where_it_was_called) {
  recording kept;
  gate gate;
  std::optional<task> late;
  sonde::span_context caller;
  {
    sonde::span<"caller"> span;
    caller = span.context();
    late.emplace(holds_a_span(gate));
  }
  on_another_thread([&] {
    sonde::span<"resumer"> resumer;
    late->resume();
  });
  gate.resume();
  EXPECT_EQ(kept.named("held").parent_span_id, caller.span_id);
  EXPECT_EQ(kept.named("held").trace_id, caller.trace_id);
}

TEST(traced_promise, logs_and_reports_of_a_coroutine_without_a_parent_name_no_span_of_its_resumer) {
  recording kept;
  auto says = []() -> task {
    sonde::report_message("hello");
    EXPECT_FALSE(current().valid());
    sonde::detached_span<"job"> job;
    co_return 1;
  }();
  {
    sonde::span<"resumer"> resumer;
    says.resume();
  }
  kept.session.force_flush(kept.patience);
  ASSERT_EQ(kept.memory.logs().size(), 1u);
  EXPECT_FALSE(kept.memory.logs()[0].span_id.valid());
  EXPECT_FALSE(kept.named("job").parent_span_id.valid());
}

TEST(traced_promise, leaves_the_spans_of_the_resumer_within_reach_of_what_ends_them) {
  recording kept;
  sonde::detached_span<"job"> job;
  auto ends = [](auto& span) -> task {
    span.end();
    co_return 1;
  }(job);
  sonde::detached_span<"other"> other;
  sonde::scope active{job};
  ends.resume();
  EXPECT_FALSE(sonde::current_span().is_recording()) << "it would write where the job was";
  sonde::current_span().set_attribute<"late">(1);
  EXPECT_TRUE(kept.named("job").attributes.all.empty());
}

task inner(worker_pool& pool, int depth) {
  sonde::span<"inner"> span;
  span.set_attribute<"depth">(depth);
  co_await hop{pool};
  const int below = depth == 0 ? 0 : co_await inner(pool, depth - 1);
  sonde::span<"tail"> tail;
  tail.set_attribute<"depth">(depth);
  co_return below + 1;
}

fire_and_forget run(worker_pool& pool, int depth, int& result, std::latch& ended) {
  sonde::span<"run"> span;
  result = co_await inner(pool, depth);
  ended.count_down();
}

TEST(traced_promise, nests_across_threads_with_symmetric_transfer) {
  recording kept;
  worker_pool pool{3};
  int result = 0;
  std::latch ended{1};
  run(pool, 5, result, ended);
  EXPECT_FALSE(current().valid());
  ended.wait();
  EXPECT_EQ(result, 6);
  while (kept.session.stats().spans.open != 0) std::this_thread::yield();  // the last one is just ending
  std::map<std::int64_t, sonde::span_id> inner_at;
  const auto all = kept.spans();
  for (const auto& each : all)
    if (each.name == "inner") inner_at[each.attributes["depth"].as<std::int64_t>()] = each.span_id;
  const auto run_id = kept.named("run").span_id;
  for (const auto& each : all) {
    if (each.name == "run") continue;
    const auto depth = each.attributes["depth"].as<std::int64_t>();
    EXPECT_EQ(each.parent_span_id, each.name == "tail" ? inner_at[depth] : depth == 5 ? run_id : inner_at[depth + 1]);
  }
  EXPECT_EQ(all.size(), 13u);
}

TEST(traced_promise, follows_a_generator) {
  recording kept;
  auto count = []() -> generator {
    sonde::span<"generator"> span;
    for (int i = 0; i < 3; ++i) {
      sonde::span<"step"> step;
      co_yield i;
    }
  };
  {
    generator numbers = count();
    sonde::span<"consumer"> consumer;
    while (numbers.next()) {
      EXPECT_EQ(current(), consumer.context());
      sonde::span<"consumed"> consumed;
    }
  }
  for (const auto& each : kept.spans()) {
    if (each.name == "step") {
      EXPECT_EQ(each.parent_span_id, kept.named("generator").span_id);
    }
    if (each.name == "consumed") {
      EXPECT_EQ(each.parent_span_id, kept.named("consumer").span_id);
    }
  }
  EXPECT_EQ(kept.spans().size(), 8u);
}

TEST(traced_promise, keeps_unsampled_spans_apart_too) {
  recording kept{{.sampler = sonde::sampling::always_off{}}};
  gate gate;
  auto held = holds_a_span(gate);
  held.resume();
  EXPECT_FALSE(current().valid());
  on_another_thread([&] { gate.resume(); });
  EXPECT_TRUE(kept.spans().empty());
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.unsampled, 2u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(traced_promise, an_unsampled_caller_has_no_sampled_children) {
  recording kept;
  gate gate;
  std::optional<task> held;
  {
    const sonde::span_context refused{{{1}}, {{2}}, false, true};
    sonde::span<"unsampled"> span{sonde::kind::server, refused};
    held.emplace(holds_a_span(gate));
  }
  if (!kept.spans().empty()) GTEST_SKIP() << "the sampler took it";
  held->resume();
  on_another_thread([&] { gate.resume(); });
  EXPECT_TRUE(kept.spans().empty());
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(traced_promise, a_detached_span_stays_current_across_threads) {
  recording kept;
  gate gate;
  auto works = [](auto& at) -> task {
    sonde::detached_span<"job"> job;
    sonde::scope active{job};
    co_await at;
    sonde::current_span().set_attribute<"there">(1);
    co_return 1;
  }(gate);
  works.resume();
  EXPECT_FALSE(current().valid());
  on_another_thread([&] { gate.resume(); });
  EXPECT_EQ(kept.named("job").attributes["there"], 1);
}

TEST(traced_promise, propagated_fields_follow_the_coroutine) {
  recording kept;
  gate gate;
  const auto active = [] {
    const auto* fields = sonde::record::active_fields();
    return fields != nullptr ? std::string{fields->xray.data, fields->xray.size} : std::string{};
  };
  auto works = [](auto& at, auto& fields) -> task {
    EXPECT_EQ(fields(), "caller's");
    co_await at;
    EXPECT_EQ(fields(), "caller's");
    co_return 1;
  };
  std::optional<task> held;
  {
    std::string text = "caller's";
    sonde::propagated_fields fields;
    fields.xray = {text.data(), text.size()};
    sonde::record::fields_scope scope{&fields};
    held.emplace(works(gate, active));
    held->resume();
    EXPECT_EQ(active(), "caller's");
  }
  EXPECT_EQ(active(), "");
  on_another_thread([&] {
    gate.resume();
    EXPECT_EQ(active(), "");
  });
}

// --- what is awaited, and how -----------------------------------------------------------------------------------------

struct member_operator {
  gate& at;
  gate& operator co_await() & noexcept { return at; }
};
struct rvalue_only {
  gate& at;
  struct immovable {
    explicit immovable(gate& opened) : at{opened} {}
    immovable(const immovable&) = delete;
    gate& at;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> suspended) noexcept { at.waiting = suspended; }
    void await_resume() noexcept {}
  };
  immovable operator co_await() && noexcept { return immovable{at}; }
};
struct free_operator {
  gate& at;
};
gate& operator co_await(const free_operator& awaited) noexcept { return awaited.at; }
struct only_moves {
  std::unique_ptr<int> held;
  gate& at;
  only_moves(std::unique_ptr<int> given, gate& opened) : held{std::move(given)}, at{opened} {}  // GCC 12 copies aggregates here
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> suspended) noexcept { at.waiting = suspended; }
  std::unique_ptr<int> await_resume() noexcept { return std::move(held); }
};
struct reference_result {
  int& held;
  bool await_ready() noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) noexcept { std::terminate(); }
  int& await_resume() noexcept { return held; }
};
struct declines {  // says that it has not suspended after all
  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) noexcept {
    EXPECT_FALSE(current().valid()) << "the spans go before the awaiter is asked";
    return false;
  }
  void await_resume() noexcept {}
};
struct itself {
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> suspended) noexcept { return suspended; }
  void await_resume() noexcept {}
};
struct fails_to_suspend {
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) { throw std::runtime_error{"no"}; }
  void await_resume() noexcept {}
};
struct fails_to_resume {
  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) noexcept { return false; }
  void await_resume() { throw std::runtime_error{"no"}; }
};

task awaits_everything(gate& at, int& referred) {
  sonde::span<"held"> held;
  const auto mine = current();
  const auto expect_mine = [&](const char* after) { EXPECT_EQ(current(), mine) << after; };
  member_operator member{at};
  co_await member;
  expect_mine("member operator");
  co_await rvalue_only{at};
  expect_mine("an awaiter that does not move");
  co_await free_operator{at};
  expect_mine("free operator");
  const std::unique_ptr<int> got = co_await only_moves{std::make_unique<int>(7), at};
  EXPECT_EQ(*got, 7);
  expect_mine("awaiter that only moves");
  int& result = co_await reference_result{referred};
  EXPECT_EQ(&result, &referred);
  expect_mine("ready");
  co_await declines{};
  expect_mine("not suspended");
  co_await itself{};
  expect_mine("transferred to itself");
  try {
    co_await fails_to_suspend{};
    ADD_FAILURE();
  } catch (const std::runtime_error&) {
  }
  expect_mine("await_suspend threw");
  try {
    co_await fails_to_resume{};
    ADD_FAILURE();
  } catch (const std::runtime_error&) {
  }
  expect_mine("await_resume threw");
  co_return 1;
}

TEST(traced_promise, awaits_whatever_can_be_awaited) {
  recording kept;
  gate at;
  int referred = 0;
  auto everything = awaits_everything(at, referred);
  everything.resume();
  int resumed = 0;
  while (at.waiting) {
    EXPECT_FALSE(current().valid());
    on_another_thread([&] { at.resume(); });
    ++resumed;
  }
  EXPECT_EQ(resumed, 4);
  EXPECT_EQ(everything.result(), 1);
  EXPECT_EQ(kept.only().status, sonde::status::unset);
}

/// Its promise has its own idea of what can be awaited.
struct particular {
  struct promise_type : sonde::traced_promise {
    particular get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return follow(std::suspend_never{}); }
    auto final_suspend() noexcept { return follow(std::suspend_never{}); }
    auto await_transform(gate* at) {
      struct awaiter {
        gate* at;
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<> suspended) noexcept { at->waiting = suspended; }
        int await_resume() noexcept { return 7; }
      };
      return follow(awaiter{at});
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

TEST(traced_promise, follows_what_an_await_transform_of_the_promise_gives_it) {
  recording kept;
  gate at;
  [](gate& opened) -> particular {
    sonde::span<"held"> held;
    const auto mine = current();
    EXPECT_EQ(co_await &opened, 7);
    EXPECT_EQ(current(), mine);
  }(at);
  EXPECT_FALSE(current().valid());
  on_another_thread([&] { at.resume(); });
  EXPECT_EQ(kept.spans().size(), 1u);
}

/// Resumed, and even run to its end, by another thread while await_suspend is still at work.
struct resumes_early {
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> suspended) {
    std::thread{[suspended] { suspended.resume(); }}.join();
    EXPECT_FALSE(current().valid());
  }
  void await_resume() noexcept {}
};

fire_and_forget resumed_early(bool& ended) {
  sonde::span<"outer"> outer;
  {
    sonde::span<"held"> held;
    co_await resumes_early{};
  }
  sonde::span<"after"> after;
  ended = true;
}

TEST(traced_promise, may_be_resumed_and_destroyed_before_await_suspend_returns) {
  recording kept;
  bool ended = false;
  resumed_early(ended);
  EXPECT_TRUE(ended);
  EXPECT_FALSE(current().valid());
  EXPECT_EQ(kept.spans().size(), 3u);
  EXPECT_EQ(kept.named("after").parent_span_id, kept.named("outer").span_id);
}

// --- exceptions -------------------------------------------------------------------------------------------------------

task fails(gate& gate) {
  sonde::span<"failing"> span;
  co_await gate;
  throw std::runtime_error{"e"};
}
task awaits_the_failing(gate& gate) {
  sonde::span<"caller"> span;
  try {
    co_await fails(gate);
  } catch (const std::runtime_error& error) {
    sonde::report_exception(error);
  }
  co_return 1;
}

TEST(traced_promise, an_exception_marks_the_spans_it_leaves_and_no_others) {
  recording kept;
  gate gate;
  auto failing = awaits_the_failing(gate);
  failing.resume();
  on_another_thread([&] { gate.resume(); });
  EXPECT_TRUE(failing.done());
  EXPECT_EQ(kept.named("failing").status, sonde::status::error);
  EXPECT_EQ(kept.named("caller").status, sonde::status::unset);
}

TEST(traced_promise, an_await_that_throws_leaves_spans_like_any_exception) {
  recording kept;
  auto failing = []() -> task {
    try {
      sonde::span<"left by await_suspend"> left;
      co_await fails_to_suspend{};
    } catch (const std::runtime_error&) {
    }
    sonde::span<"left by await_resume"> left;
    co_await fails_to_resume{};
    co_return 1;
  }();
  failing.resume();
  EXPECT_TRUE(failing.done());
  EXPECT_EQ(kept.named("left by await_suspend").status, sonde::status::error);
  EXPECT_EQ(kept.named("left by await_resume").status, sonde::status::error);
}

struct resumes_when_destroyed {
  gate& at;
  ~resumes_when_destroyed() { at.resume(); }
};

TEST(traced_promise, resumed_during_unwinding_it_is_not_left_by_that_exception) {
  recording kept;
  gate gate;
  auto held = holds_a_span(gate);
  held.resume();
  try {
    resumes_when_destroyed last{gate};
    throw std::runtime_error{"not the coroutine's"};
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(held.done());
  EXPECT_EQ(kept.named("held").status, sonde::status::unset);
  EXPECT_EQ(kept.named("after").status, sonde::status::unset);
}

// --- ends -------------------------------------------------------------------------------------------------------------

TEST(traced_promise, destroyed_while_suspended_its_spans_end_there) {
  recording kept;
  gate gate;
  auto held = std::make_unique<task>([](auto& at) -> task {
    sonde::span<"outer"> outer;
    outer.set_attribute<"long">(std::string(1000, 'x'));
    sonde::span<"inner"> inner;
    co_await at;
    co_return 1;
  }(gate));
  on_another_thread([&] { held->resume(); });
  EXPECT_EQ(kept.session.stats().spans.open, 2u);
  {
    sonde::span<"destroyer"> destroyer;
    held.reset();
    EXPECT_EQ(current(), destroyer.context());
  }
  EXPECT_EQ(kept.spans().size(), 3u);
  EXPECT_EQ(kept.named("inner").parent_span_id, kept.named("outer").span_id);
  EXPECT_EQ(kept.named("outer").status, sonde::status::unset);
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(traced_promise, never_started_or_suspended_at_its_end_it_leaves_nothing_behind) {
  recording kept;
  gate gate;
  { task never = holds_a_span(gate); }
  auto at_end = std::make_unique<task>([]() -> task { co_return 1; }());
  on_another_thread([&] { at_end->resume(); });
  sonde::span<"current"> span;
  at_end.reset();
  EXPECT_EQ(current(), span.context());
}

TEST(traced_promise, spans_parked_when_their_session_ends_do_nothing_any_more) {
  gate gate;
  auto works = [](auto& at) -> task {
    sonde::span<"old"> old;
    old.set_attribute<"long">(std::string(1000, 'x'));
    sonde::detached_span<"old job"> job;
    sonde::scope active{job};
    co_await at;
    old.set_attribute<"late">(1);
    sonde::span<"new"> fresh;
    co_await at;
    co_return 1;
  };
  struct gate other;
  task resumed_later = works(gate);
  task destroyed_later = works(other);
  {
    recording first;
    resumed_later.resume();
    destroyed_later.resume();
  }
  {
    recording second;
    sonde::span<"resumer"> resumer;
    gate.resume();
    EXPECT_EQ(current(), resumer.context());
    on_another_thread([&] { gate.resume(); });
    EXPECT_TRUE(resumed_later.done());
    { task gone = std::move(destroyed_later); }
    EXPECT_EQ(current(), resumer.context());
    const auto stats = second.session.stats();
    EXPECT_EQ(stats.spans.open, 1u);
    EXPECT_TRUE(balanced(stats.spans));
    EXPECT_EQ(second.only().name, "new");
  }
}

TEST(traced_promise, a_coroutine_may_start_the_session_itself) {
  gate gate;
  sonde::testing::memory_exporter memory;
  auto works = [](auto& at, auto& kept) -> task {
    auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, kept);
    {
      sonde::span<"outer"> outer;
      const auto mine = current();
      co_await at;
      EXPECT_EQ(current(), mine);
      sonde::span<"inner"> inner;
    }
    session.force_flush();
    EXPECT_EQ(session.stats().spans.open, 0u);
    co_return 1;
  }(gate, memory);
  works.resume();
  EXPECT_FALSE(current().valid());
  on_another_thread([&] { gate.resume(); });
  ASSERT_EQ(memory.spans().size(), 2u);
  EXPECT_EQ(memory.spans()[0].parent_span_id, memory.spans()[1].span_id);
}

TEST(traced_promise, without_a_session_it_only_runs) {
  gate gate;
  auto held = holds_a_span(gate);
  held.resume();
  on_another_thread([&] { gate.resume(); });
  EXPECT_EQ(held.result(), 1);
}

TEST(traced_promise, resumed_in_a_forked_child_its_spans_stay_the_parents) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  recording kept;
  gate gate;
  auto held = [](auto& at) -> task {
    sonde::span<"held"> span;
    co_await at;
    sonde::span<"after"> after;
    co_return 1;
  }(gate);
  held.resume();
  kept.session.force_flush(kept.patience);
  EXPECT_EQ(sonde::tests::exit_code_of_child([&] {
              sonde::testing::memory_exporter memory;
              auto session = sonde::start({.service_name = "child", .diagnostics = [](auto) {}}, memory);
              gate.resume();
              session.force_flush();
              return held.done() && memory.spans().size() == 1 && memory.spans()[0].name == "after" &&
                     session.stats().spans.open == 0;
            }),
            0);
  gate.resume();
  EXPECT_EQ(kept.spans().size(), 2u);
}

// --- many -------------------------------------------------------------------------------------------------------------

constexpr int tasks = 10'000;

/// Spans over awaits, as deep and as often as chance will have it.
task wander(worker_pool& pool, int number, unsigned seed, int depth) {
  std::mt19937 chance{seed};
  sonde::span<"wander"> span;
  span.set_attribute<"task">(number);
  const auto mine = current();
  for (auto steps = chance() % 3; steps > 0; --steps) {
    sonde::span<"step"> step;
    step.set_attribute<"task">(number);
    const auto stepping = current();
    if (chance() % 2 == 0) co_await hop{pool};
    EXPECT_EQ(current(), stepping);
    if (depth > 0 && chance() % 2 == 0) co_await wander(pool, number, static_cast<unsigned>(chance()), depth - 1);
    EXPECT_EQ(current(), stepping);
  }
  EXPECT_EQ(current(), mine);
  co_return 1;
}

foreign_task wander_in_scope(worker_pool& pool, int number, unsigned seed, int depth,
                             sonde::captured_context from = sonde::current_context()) {
  sonde::coroutine_scope here{from};
  std::mt19937 chance{seed};
  sonde::span<"wander"> span;
  span.set_attribute<"task">(number);
  const auto mine = current();
  for (auto steps = chance() % 3; steps > 0; --steps) {
    sonde::span<"step"> step;
    step.set_attribute<"task">(number);
    const auto stepping = current();
    if (chance() % 2 == 0) co_await here.follow(hop{pool});
    EXPECT_EQ(current(), stepping);
    if (depth > 0 && chance() % 2 == 0)
      co_await here.follow(wander_in_scope(pool, number, static_cast<unsigned>(chance()), depth - 1));
    EXPECT_EQ(current(), stepping);
  }
  EXPECT_EQ(current(), mine);
  co_return 1;
}

template <class Wander>
fire_and_forget run_one(worker_pool& pool, int number, Wander wander, std::latch& ended) {
  {
    sonde::span<"task"> span;
    span.set_attribute<"task">(number);
    co_await hop{pool};
    co_await wander(pool, number, static_cast<unsigned>(number) * 7919 + 1, 3);
  }
  ended.count_down();
}

template <class Wander>
void expect_spans_in_order(Wander wander) {
  recording kept;
  {
    worker_pool pool{4};
    std::latch ended{tasks};
    for (int i = 0; i < tasks; ++i) run_one(pool, i, wander, ended);
    ended.wait();
    EXPECT_FALSE(current().valid());
  }
  const auto all = kept.spans();
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_EQ(stats.spans.dropped.total(), 0u);
  EXPECT_TRUE(balanced(stats.spans));
  ASSERT_EQ(all.size(), stats.spans.started);
  const auto key = [](const sonde::span_id& id) { return std::string{reinterpret_cast<const char*>(id.bytes), 8}; };
  std::map<std::string, const sonde::testing::recorded_span*> by_id;
  for (const auto& each : all) by_id[key(each.span_id)] = &each;
  std::size_t roots = 0;
  for (const auto& each : all) {
    if (each.name == "task") {
      EXPECT_FALSE(each.parent_span_id.valid());
      ++roots;
      continue;
    }
    ASSERT_TRUE(by_id.contains(key(each.parent_span_id)));
    const auto& parent = *by_id[key(each.parent_span_id)];
    ASSERT_EQ(each.trace_id, parent.trace_id);
    ASSERT_EQ(each.attributes["task"], parent.attributes["task"]);
    ASSERT_EQ(parent.name == "wander", each.name == "step");
    ASSERT_LE(parent.start_unix_nano, each.start_unix_nano);
    ASSERT_GE(parent.end_unix_nano, each.end_unix_nano);
  }
  EXPECT_EQ(roots, std::size_t{tasks});
}

TEST(traced_promise, ten_thousand_tasks_on_a_pool_keep_their_spans_to_themselves) { expect_spans_in_order(wander); }

TEST(coroutine_scope, ten_thousand_tasks_on_a_pool_keep_their_spans_to_themselves) {
  expect_spans_in_order([](auto& pool, int number, unsigned seed, int depth) {
    return wander_in_scope(pool, number, seed, depth);
  });
}

// --- where the type cannot be changed -----------------------------------------------------------------------------------

foreign_task scoped(gate& gate, sonde::captured_context from = sonde::current_context()) {
  sonde::coroutine_scope here{from};
  sonde::span<"held"> held;
  const auto mine = current();
  co_await here.follow(gate);
  EXPECT_EQ(current(), mine);
  sonde::span<"after"> after;
  co_return 1;
}

task works_for(sonde::detached_span<"job">& job) {
  sonde::scope active{job};
  co_await std::suspend_always{};
  EXPECT_FALSE(sonde::current_span().is_recording());
  sonde::current_span().set_attribute<"late">(1);
  sonde::span<"child"> child;
  co_return 1;
}

TEST(traced_promise, a_span_ended_elsewhere_while_suspended_takes_nothing_more) {
  recording kept;
  sonde::detached_span<"job"> job;
  const auto ended = job.context();
  task work = works_for(job);
  work.resume();
  std::thread{[&] { job.end(); }}.join();
  work.resume();
  EXPECT_EQ(work.result(), 1);
  EXPECT_TRUE(kept.named("job").attributes.all.empty());
  EXPECT_EQ(kept.named("child").parent_span_id, ended.span_id);
}

task works_with(std::unique_ptr<sonde::propagated_fields>& first, std::unique_ptr<sonde::record::fields_scope>& ends_first) {
  ends_first = std::make_unique<sonde::record::fields_scope>(first.get());
  const sonde::propagated_fields second_fields = *first;
  auto second = std::make_unique<sonde::record::fields_scope>(&second_fields);
  co_await std::suspend_always{};
  ends_first.reset();
  first.reset();
  EXPECT_EQ(sonde::record::active_fields(), &second_fields);
  second.reset();
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
  co_return 1;
}

TEST(traced_promise, fields_end_in_any_order_on_whatever_thread) {
  recording kept;
  auto fields = std::make_unique<sonde::propagated_fields>();
  fields->xray = {"Root=1", 6};
  std::unique_ptr<sonde::record::fields_scope> scope;
  task work = works_with(fields, scope);
  work.resume();
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
  std::thread{[&] { work.resume(); }}.join();
  EXPECT_EQ(work.result(), 1);
}

TEST(traced_promise, fields_of_the_thread_may_end_while_a_coroutine_runs_on_them) {
  recording kept;
  auto fields = std::make_unique<sonde::propagated_fields>();
  fields->xray = {"Root=1", 6};
  std::unique_ptr<sonde::record::fields_scope> scope;
  task work = [](auto& mine, auto& its_scope) -> task {
    its_scope.reset();
    mine.reset();
    co_return 1;
  }(fields, scope);
  scope = std::make_unique<sonde::record::fields_scope>(fields.get());
  work.resume();
  EXPECT_EQ(sonde::record::active_fields(), nullptr);
}

TEST(coroutine_scope, takes_the_spans_below_it_off_the_thread_while_suspended) {
  recording kept;
  gate gate;
  std::optional<foreign_task> held;
  {
    sonde::span<"caller"> caller;
    held.emplace(scoped(gate));
  }
  {
    sonde::span<"resumer"> resumer;
    held->resume();
    EXPECT_EQ(current(), resumer.context());
  }
  on_another_thread([&] {
    sonde::span<"other resumer"> other;
    gate.resume();
    EXPECT_EQ(current(), other.context());
  });
  EXPECT_EQ(kept.named("held").parent_span_id, kept.named("caller").span_id);
  EXPECT_EQ(kept.named("after").parent_span_id, kept.named("held").span_id);
}

TEST(coroutine_scope, destroyed_while_suspended_its_spans_end_there) {
  recording kept;
  gate gate;
  {
    foreign_task held = scoped(gate);
    on_another_thread([&] { held.resume(); });
    EXPECT_EQ(kept.session.stats().spans.open, 1u);
  }
  EXPECT_EQ(kept.only().name, "held");
  EXPECT_FALSE(current().valid());
}

TEST(coroutine_scope, without_a_given_context_goes_on_from_where_the_body_begins) {
  recording kept;
  gate gate;
  auto held = [](auto& at) -> foreign_task {
    sonde::coroutine_scope here;
    sonde::span<"held"> span;
    co_await here.follow(at);
    co_return 1;
  }(gate);
  {
    sonde::span<"resumer"> resumer;
    held.resume();
  }
  gate.resume();
  EXPECT_EQ(kept.named("held").parent_span_id, kept.named("resumer").span_id);
}

}  // namespace
