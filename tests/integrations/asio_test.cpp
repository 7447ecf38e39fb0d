// SPDX-License-Identifier: MIT

#include <sonde/integrations/asio.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

[[nodiscard]] sonde::span_context current() { return sonde::current_span().context(); }

void expect_child_of_parent(recording& kept) {
  EXPECT_EQ(kept.named("child").parent_span_id, kept.named("parent").span_id);
  EXPECT_EQ(kept.named("child").trace_id, kept.named("parent").trace_id);
}

TEST(asio_bind, runs_the_handler_under_the_span_where_it_was_bound) {
  recording kept;
  asio::io_context context;
  asio::steady_timer timer{context, 1ms};
  {
    sonde::span<"parent"> parent;
    timer.async_wait(sonde::asio::bind([held = std::make_unique<int>(1)](const boost::system::error_code& error) {
      EXPECT_FALSE(error);
      sonde::span<"child"> child;
    }));
  }
  {
    sonde::span<"loop"> loop;
    context.run();
    EXPECT_EQ(current(), loop.context());
  }
  expect_child_of_parent(kept);
}

TEST(asio_bind, keeps_the_executor_allocator_and_cancellation_slot_of_the_handler) {
  recording kept;
  sonde::span<"parent"> parent;
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  asio::cancellation_signal signal;
  const std::pmr::polymorphic_allocator<std::byte> allocator{std::pmr::new_delete_resource()};
  const auto handler = sonde::asio::bind(
      asio::bind_executor(strand, asio::bind_allocator(allocator, asio::bind_cancellation_slot(signal.slot(), [] {}))));
  EXPECT_EQ(asio::get_associated_executor(handler), strand);
  EXPECT_EQ(asio::get_associated_executor(handler, asio::system_executor{}), strand);
  EXPECT_EQ(asio::get_associated_allocator(handler), allocator);
  EXPECT_EQ(asio::get_associated_cancellation_slot(handler), signal.slot());
  static_assert(std::is_same_v<asio::associated_executor_t<decltype(sonde::asio::bind([] {})), asio::io_context::executor_type>,
                               asio::io_context::executor_type>);
}

TEST(asio_bind, is_run_where_the_handler_belongs) {
  recording kept;
  asio::thread_pool pool{2};
  auto strand = asio::make_strand(pool);
  std::atomic<bool> in_strand = false;
  {
    sonde::span<"parent"> parent;
    asio::post(pool, sonde::asio::bind(asio::bind_executor(strand, [&] {
                 in_strand = strand.running_in_this_thread();
                 sonde::span<"child"> child;
               })));
  }
  pool.join();
  EXPECT_TRUE(in_strand);
  expect_child_of_parent(kept);
}

TEST(asio_executor, carries_the_span_of_whoever_posts) {
  recording kept;
  asio::thread_pool pool{2};
  const sonde::asio::executor executor{pool.get_executor()};
  {
    sonde::span<"parent"> parent;
    asio::post(executor, [] { sonde::span<"child"> child; });
    asio::dispatch(executor, [] { sonde::span<"child"> child; });
    asio::post(executor, asio::use_future).get();
    asio::post(asio::make_strand(executor), asio::use_future([] { sonde::span<"child"> child; })).get();
    const asio::any_io_executor any = executor;
    asio::post(any, asio::use_future([] { sonde::span<"child"> child; })).get();
  }
  pool.join();
  EXPECT_EQ(kept.spans().size(), 5u);
  for (const auto& each : kept.spans())
    if (each.name == "child") {
      EXPECT_EQ(each.parent_span_id, kept.named("parent").span_id);
    }
}

TEST(asio_executor, is_otherwise_the_inner_one) {
  asio::thread_pool pool{1}, other{1};
  const sonde::asio::executor executor{pool.get_executor()};
  EXPECT_EQ(executor, sonde::asio::executor{pool.get_executor()});
  EXPECT_NE(executor, sonde::asio::executor{other.get_executor()});
  EXPECT_EQ(&asio::query(executor, asio::execution::context), &pool);
  using wrapped = sonde::asio::executor<asio::thread_pool::executor_type>;
  static_assert(asio::execution::is_executor_v<wrapped>);
  static_assert(asio::can_require_v<wrapped, asio::execution::blocking_t::never_t>);
  const auto never = asio::require(executor, asio::execution::blocking.never);
  EXPECT_EQ(asio::query(never, asio::execution::blocking), asio::execution::blocking.never);
  EXPECT_EQ(never.inner(), asio::require(pool.get_executor(), asio::execution::blocking.never));
  const auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  EXPECT_EQ(asio::query(tracked, asio::execution::outstanding_work), asio::execution::outstanding_work.tracked);
}

// --- awaitables ---------------------------------------------------------------------------------------------------------

asio::awaitable<void> hop() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

asio::awaitable<int> load(int number) {
  sonde::asio::coroutine_scope here;
  sonde::span<"child"> child;
  const auto mine = current();
  asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
  co_await here.follow(timer.async_wait(asio::use_awaitable));
  EXPECT_EQ(current(), mine);
  co_return number;
}

TEST(asio_coroutine_scope, a_span_stays_the_coroutines_over_an_operation_and_a_coroutine_awaited) {
  recording kept;
  asio::thread_pool pool{3};
  {
    sonde::span<"spawner"> spawner;
    auto result = asio::co_spawn(
        sonde::asio::executor{pool.get_executor()},
        []() -> asio::awaitable<int, sonde::asio::executor<asio::thread_pool::executor_type>> { co_return 0; },
        asio::use_future);
    EXPECT_EQ(result.get(), 0);
  }
  std::future<int> result;
  {
    sonde::span<"spawner"> spawner;
    result = asio::co_spawn(
        asio::any_io_executor{sonde::asio::executor{pool.get_executor()}},
        []() -> asio::awaitable<int> {
          sonde::asio::coroutine_scope here;
          sonde::span<"parent"> parent;
          const auto mine = current();
          int sum = 0;
          for (int i = 0; i < 3; ++i) {
            co_await here.follow(hop());
            EXPECT_EQ(current(), mine);
            sum += co_await here.follow(load(i));
            EXPECT_EQ(current(), mine);
          }
          co_return sum;
        },
        asio::use_future);
  }
  EXPECT_EQ(result.get(), 3);
  pool.join();
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
  EXPECT_TRUE(kept.named("parent").parent_span_id.valid()) << "the executor brought the spawner's span";
}

TEST(asio_coroutine_scope, an_awaited_coroutine_is_given_its_parent) {
  recording kept;
  asio::io_context context;
  const auto child = [](sonde::captured_context from = sonde::current_context()) -> asio::awaitable<void> {
    sonde::asio::coroutine_scope here{from};
    sonde::span<"child"> span;
    co_await here.follow(hop());
  };
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        sonde::asio::coroutine_scope here;
        sonde::span<"parent"> parent;
        co_await here.follow(child());
      },
      asio::detached);
  context.run();
  expect_child_of_parent(kept);
}

TEST(asio_coroutine_scope, an_exception_leaves_the_spans_it_flies_through) {
  recording kept;
  asio::thread_pool pool{2};
  auto result = asio::co_spawn(
      pool,
      []() -> asio::awaitable<void> {
        sonde::asio::coroutine_scope here;
        sonde::span<"catches"> catches;
        const auto mine = current();
        try {
          sonde::span<"left"> left;
          co_await here.follow([]() -> asio::awaitable<void> {
            co_await hop();
            throw std::runtime_error{"e"};
          }());
        } catch (const std::runtime_error&) {
        }
        EXPECT_EQ(current(), mine);
      },
      asio::use_future);
  result.get();
  pool.join();
  EXPECT_EQ(kept.named("left").status, sonde::status::error);
  EXPECT_EQ(kept.named("catches").status, sonde::status::unset);
}

TEST(asio_coroutine_scope, destroyed_while_suspended_its_spans_end_there) {
  recording kept;
  {
    asio::io_context context;
    asio::steady_timer timer{context, 1h};
    asio::co_spawn(
        context,
        [&timer]() -> asio::awaitable<void> {
          sonde::asio::coroutine_scope here;
          sonde::span<"held"> held;
          co_await here.follow(timer.async_wait(asio::use_awaitable));
        },
        asio::detached);
    context.poll();
    EXPECT_EQ(kept.session.stats().spans.open, 1u);
    EXPECT_FALSE(current().valid());
  }
  EXPECT_EQ(kept.only().name, "held");
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

asio::awaitable<void> wander(int number, unsigned seed, int depth, sonde::captured_context from = sonde::current_context()) {
  sonde::asio::coroutine_scope here{from};
  std::mt19937 chance{seed};
  sonde::span<"wander"> span;
  span.set_attribute<"task">(number);
  const auto mine = current();
  for (auto steps = chance() % 3; steps > 0; --steps) {
    if (chance() % 2 == 0) co_await here.follow(hop());
    EXPECT_EQ(current(), mine);
    if (depth > 0) co_await here.follow(wander(number, static_cast<unsigned>(chance()), depth - 1));
    EXPECT_EQ(current(), mine);
  }
}

TEST(asio_coroutine_scope, two_thousand_coroutines_on_a_pool_keep_their_spans_to_themselves) {
  constexpr int tasks = 2'000;
  recording kept;
  asio::thread_pool pool{4};
  for (int i = 0; i < tasks; ++i) {
    sonde::span<"spawner"> spawner;
    spawner.set_attribute<"task">(i);
    asio::co_spawn(pool, wander(i, static_cast<unsigned>(i) * 7919 + 1, 3), asio::detached);
  }
  pool.join();
  const auto all = kept.spans();
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_EQ(all.size(), stats.spans.started);
  EXPECT_TRUE(balanced(stats.spans));
  const auto key = [](const sonde::span_id& id) { return std::string{reinterpret_cast<const char*>(id.bytes), 8}; };
  std::map<std::string, const sonde::testing::recorded_span*> by_id;
  for (const auto& each : all) by_id[key(each.span_id)] = &each;
  for (const auto& each : all) {
    if (each.name == "spawner") {
      EXPECT_FALSE(each.parent_span_id.valid());
      continue;
    }
    ASSERT_TRUE(by_id.contains(key(each.parent_span_id)));
    const auto& parent = *by_id[key(each.parent_span_id)];
    ASSERT_EQ(each.trace_id, parent.trace_id);
    ASSERT_EQ(each.attributes["task"], parent.attributes["task"]);
  }
}

}  // namespace
