// SPDX-License-Identifier: MIT

#include <sonde/integrations/threads.hpp>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

struct counter {
  int count = 0;
  void add(int n) { count += n; }
};

void expect_child_of_parent(recording& kept) {
  EXPECT_EQ(kept.named("child").parent_span_id, kept.named("parent").span_id);
  EXPECT_EQ(kept.named("child").trace_id, kept.named("parent").trace_id);
}

TEST(start_thread, goes_on_under_the_span_of_whoever_starts_it) {
  recording kept;
  std::thread started;
  {
    sonde::span<"parent"> parent;
    started = sonde::start_thread([] {
      EXPECT_FALSE(sonde::current_span().is_recording()) << "it is open on another thread";
      sonde::span<"child"> child;
    });
  }
  started.join();
  expect_child_of_parent(kept);
}

TEST(start_thread, copies_and_moves_what_it_is_given_as_the_standard_does) {
  recording kept;
  int referred = 0;
  std::string seen;
  {
    std::string text = "text";
    std::thread started = sonde::start_thread(
        [held = std::make_unique<int>(3), &seen](std::string&& copied, std::unique_ptr<int> moved, int& reference) {
          seen = std::move(copied);
          reference = *held + *moved;
        },
        text, std::make_unique<int>(4), std::ref(referred));
    text = "changed";
    started.join();
  }
  EXPECT_EQ(referred, 7);
  EXPECT_EQ(seen, "text");
  counter one;
  sonde::start_thread(&counter::add, &one, 5).join();
  EXPECT_EQ(one.count, 5);
  struct once {
    int& calls;
    void operator()() && { ++calls; }
  };
  sonde::start_thread(once{referred}).join();
  EXPECT_EQ(referred, 8);
}

TEST(start_thread, without_a_span_or_a_session_only_starts_it) {
  bool ran = false;
  sonde::start_thread([&] { ran = true; }).join();
  EXPECT_TRUE(ran);
  recording kept;
  sonde::start_thread([] { sonde::span<"root"> root; }).join();
  EXPECT_FALSE(kept.only().parent_span_id.valid());
}

TEST(start_jthread, goes_on_under_the_span_of_whoever_starts_it_and_can_be_stopped) {
  recording kept;
  {
    sonde::span<"parent"> parent;
    std::jthread started = sonde::start_jthread(
        [](std::stop_token stop, int n) {
          sonde::span<"child"> child;
          while (!stop.stop_requested()) std::this_thread::yield();
          EXPECT_EQ(n, 7);
        },
        7);
  }
  expect_child_of_parent(kept);
  bool ran = false;
  sonde::start_jthread([&](int) { ran = true; }, 1).join();
  EXPECT_TRUE(ran);
}

TEST(async, goes_on_under_the_span_of_whoever_calls_it) {
  recording kept;
  std::future<std::unique_ptr<int>> result;
  {
    sonde::span<"parent"> parent;
    result = sonde::async(
        std::launch::async,
        [](std::unique_ptr<int> given) {
          sonde::span<"child"> child;
          return given;
        },
        std::make_unique<int>(7));
  }
  EXPECT_EQ(*result.get(), 7);
  expect_child_of_parent(kept);
}

TEST(async, deferred_it_still_has_the_caller_as_its_parent) {
  recording kept;
  std::future<int> result;
  {
    sonde::span<"parent"> parent;
    result = sonde::async(std::launch::deferred, [] {
      sonde::span<"child"> child;
      return 7;
    });
  }
  {
    sonde::span<"waiter"> waiter;
    EXPECT_EQ(result.get(), 7);
    EXPECT_EQ(sonde::current_span().context(), waiter.context());
  }
  expect_child_of_parent(kept);
}

TEST(async, hands_on_references_and_exceptions) {
  recording kept;
  int local = 1;
  std::future<int&> reference = sonde::async([&]() -> int& { return local; });
  EXPECT_EQ(&reference.get(), &local);
  std::future<void> failing = sonde::async(std::launch::async, [] {
    sonde::span<"failing"> span;
    throw std::runtime_error{"e"};
  });
  EXPECT_THROW(failing.get(), std::runtime_error);
  EXPECT_EQ(kept.only().status, sonde::status::error);
}

}  // namespace
