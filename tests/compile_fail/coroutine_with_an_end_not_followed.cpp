// expect: a promise derived from sonde::traced_promise must return follow
// SPDX-License-Identifier: MIT
#include <sonde/integrations/coroutine.hpp>

struct task {
  struct promise_type : sonde::traced_promise {
    task get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return follow(std::suspend_never{}); }
#ifdef SONDE_COMPILE_FAIL
    std::suspend_never final_suspend() noexcept { return {}; }
#else
    auto final_suspend() noexcept { return follow(std::suspend_never{}); }
#endif
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

task control() { co_await std::suspend_always{}; }
