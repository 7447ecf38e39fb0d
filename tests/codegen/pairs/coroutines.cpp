// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// Coroutines whose promise follows their spans: an empty base remains.
#include <coroutine>
#ifndef STRIPPED
#include <sonde/integrations/coroutine.hpp>
#define TRACED_PROMISE : sonde::traced_promise
#define FOLLOW(...) this->follow(__VA_ARGS__)
#define SPAN sonde::span<"x"> span
#else
#define TRACED_PROMISE
#define FOLLOW(...) __VA_ARGS__
#define SPAN
#endif

struct task {
  struct promise_type TRACED_PROMISE {
    task get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return FOLLOW(std::suspend_always{}); }
    auto final_suspend() noexcept { return FOLLOW(std::suspend_never{}); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};
struct operation {
  int* from;
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  int await_resume() noexcept;
};
void use(int);

task traced(int n) {
  SPAN;
  use(n);
  use(co_await operation{&n});
  use(n);
}
