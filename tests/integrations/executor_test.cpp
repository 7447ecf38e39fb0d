// SPDX-License-Identifier: MIT

#include <sonde/integrations/executor.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "integrations/worker_pool.hpp"
#include "span/recording.hpp"

namespace {

using sonde::tests::worker_pool;

/// Pools by what the world calls that member.
struct pool_with_submit {
  worker_pool pool;
  template <class Task>
  auto submit(Task task) -> std::future<std::invoke_result_t<Task>> {
    std::packaged_task<std::invoke_result_t<Task>()> packaged{std::move(task)};
    auto result = packaged.get_future();
    pool.post(std::move(packaged));
    return result;
  }
};
struct pool_with_enqueue {  // keeps a std::function
  worker_pool pool;
  template <class Callable, class... Arguments>
  auto enqueue(Callable&& callable, Arguments&&... arguments) -> std::future<std::invoke_result_t<Callable, Arguments...>> {
    using result = std::invoke_result_t<Callable, Arguments...>;
    auto packaged = std::make_shared<std::packaged_task<result()>>(
        std::bind(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
    pool.post(std::function<void()>{[packaged] { (*packaged)(); }});
    return packaged->get_future();
  }
};
struct pool_with_execute {
  worker_pool& pool;
  void execute(std::function<void()> task) { pool.post(std::move(task)); }
};

void open_child(std::latch& opened) {
  EXPECT_FALSE(sonde::current_span().is_recording());
  { sonde::span<"child"> child; }
  opened.count_down();
}

TEST(submit, goes_on_under_the_span_of_whoever_submits_whatever_the_pools_member_is_called) {
  recording kept;
  pool_with_submit submits;
  pool_with_enqueue enqueues;
  worker_pool posts;
  pool_with_execute executes{posts};
  std::latch opened{4};
  {
    sonde::span<"parent"> parent;
    std::future<void> first = sonde::submit(submits, open_child, std::ref(opened));
    std::future<void> second = sonde::submit(enqueues, open_child, std::ref(opened));
    static_assert(std::is_void_v<decltype(sonde::submit(posts, open_child, std::ref(opened)))>);
    sonde::submit(posts, open_child, std::ref(opened));
    sonde::submit(executes, [&opened] { open_child(opened); });
    first.get();
    second.get();
  }
  opened.wait();
  const auto all = kept.spans();
  EXPECT_EQ(all.size(), 5u);
  for (const auto& each : all)
    if (each.name == "child") {
      EXPECT_EQ(each.parent_span_id, kept.named("parent").span_id);
    }
}

TEST(submit, copies_and_moves_what_it_is_given) {
  recording kept;
  pool_with_submit pool;
  std::string text = "text";
  auto result = sonde::submit(
      pool,
      [held = std::make_unique<int>(3)](std::unique_ptr<int> moved, std::string copied) {
        return *held + *moved + static_cast<int>(copied.size());
      },
      std::make_unique<int>(4), text);
  text.clear();
  EXPECT_EQ(result.get(), 11);
}

TEST(submit, leaves_the_threads_of_the_pool_as_they_were) {
  recording kept;
  worker_pool pool{1};
  std::latch ended{2};
  {
    sonde::span<"parent"> parent;
    sonde::submit(pool, [&] { ended.count_down(); });
  }
  pool.post([&] {
    EXPECT_FALSE(sonde::current_span().context().valid());
    ended.count_down();
  });
  ended.wait();
}

TEST(traced_executor, stands_for_the_pool_it_refers_to) {
  recording kept;
  pool_with_submit pool;
  const sonde::traced_executor traced{pool};
  const auto library = [](const auto& executor) { return executor.submit([] { sonde::span<"child"> child; }); };
  {
    sonde::span<"parent"> parent;
    library(traced).get();
  }
  EXPECT_EQ(kept.named("child").parent_span_id, kept.named("parent").span_id);
  EXPECT_EQ(&traced.pool(), &pool);
}

constexpr int tasks = 10'000;

/// Each task submits a follower, so that contexts travel over two hops.
TEST(submit, ten_thousand_tasks_keep_to_their_parents) {
  recording kept;
  {
    worker_pool pool{4};
    std::latch ended{tasks};
    for (int i = 0; i < tasks; ++i) {
      sonde::span<"request"> request;
      request.set_attribute<"task">(i);
      sonde::submit(pool, [&pool, &ended, i] {
        sonde::span<"first"> first;
        first.set_attribute<"task">(i);
        sonde::submit(pool, [&ended, i] {
          {
            sonde::span<"second"> second;
            second.set_attribute<"task">(i);
          }
          ended.count_down();
        });
      });
    }
    ended.wait();
  }
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 3u * tasks);
  const auto key = [](const sonde::span_id& id) { return std::string{reinterpret_cast<const char*>(id.bytes), 8}; };
  std::map<std::string, const sonde::testing::recorded_span*> by_id;
  for (const auto& each : all) by_id[key(each.span_id)] = &each;
  for (const auto& each : all) {
    if (each.name == "request") {
      EXPECT_FALSE(each.parent_span_id.valid());
      continue;
    }
    ASSERT_TRUE(by_id.contains(key(each.parent_span_id)));
    const auto& parent = *by_id[key(each.parent_span_id)];
    ASSERT_EQ(parent.name, each.name == "first" ? "request" : "first");
    ASSERT_EQ(parent.trace_id, each.trace_id);
    ASSERT_EQ(parent.attributes["task"], each.attributes["task"]);
  }
  EXPECT_TRUE(balanced(kept.session.stats().spans));
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

}  // namespace
