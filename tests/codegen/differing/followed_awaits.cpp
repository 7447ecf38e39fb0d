// SPDX-License-Identifier: MIT
// A documented limit, of GCC: what a coroutine awaits through `follow` is an object of its frame.
// differs: gcc .text Frame
#include <coroutine>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/integrations/coroutine.hpp>
#endif

namespace followed_awaits {

struct operation {
  int* from;
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  int await_resume() noexcept;
};
void use(int);

struct plain_task {
  struct promise_type {
    plain_task get_return_object() noexcept { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};
plain_task with_a_scope(int n) {
  INSTRUMENTED(sonde::coroutine_scope here;)
  INSTRUMENTED(sonde::span<"x"> span;)
  use(n);
  co_await INSTRUMENTED(here.follow)(operation{&n});
  use(n);
}

}  // namespace followed_awaits
