// SPDX-License-Identifier: MIT
// Coroutines whose promise follows their spans: an empty base remains.
#include <coroutine>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/integrations/coroutine.hpp>
#define FOLLOW(...) this->follow(__VA_ARGS__)
#else
#define FOLLOW(...) __VA_ARGS__
#endif

namespace coroutines {

HOLDS_WHERE_OFF(std::is_empty_v<sonde::traced_promise> && std::is_empty_v<sonde::coroutine_scope>)
HOLDS_WHERE_OFF(std::is_empty_v<sonde::captured_context>)

struct operation {
  int* from;
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  int await_resume() noexcept;
};
void use(int);

struct task {
  struct promise_type INSTRUMENTED(: sonde::traced_promise) {
    task get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return FOLLOW(std::suspend_always{}); }
    auto final_suspend() noexcept { return FOLLOW(std::suspend_never{}); }
    auto yield_value(int) noexcept { return FOLLOW(std::suspend_always{}); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};
task traced(int n) {
  INSTRUMENTED(sonde::span<"x"> span;)
  use(n);
  use(co_await operation{&n});
  INSTRUMENTED(span.set_attribute<"n">(n);)
  co_yield 7;
  use(n);
}
/// Whom it belongs to is said by an empty object.
int knows_its_caller(int n) {
  INSTRUMENTED(const sonde::captured_context from = sonde::current_context();)
  INSTRUMENTED(sonde::coroutine_scope here{from};)
  return work(n);
}

}  // namespace coroutines

#undef FOLLOW
