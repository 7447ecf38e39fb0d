// expect: the promise of this coroutine follows its spans already
// SPDX-License-Identifier: MIT
#include <sonde/integrations/coroutine.hpp>

struct task {
  struct promise_type : sonde::traced_promise {
    task get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return follow(std::suspend_never{}); }
    auto final_suspend() noexcept { return follow(std::suspend_never{}); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

task control() { co_await std::suspend_always{}; }

#ifdef SONDE_COMPILE_FAIL
task followed_twice() {
  sonde::coroutine_scope here;
  co_await here.follow(std::suspend_always{});
}
#endif
