// SPDX-License-Identifier: MIT
#pragma once

// Spans that are held over a co_await: they leave the thread when the coroutine is suspended and come back where it is
// resumed. Either the promise derives from `traced_promise`, or, where the coroutine's type cannot be changed, its body
// begins with a `coroutine_scope`. docs/threads-and-coroutines.md shows both.

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include <sonde/sonde.hpp>
#include <sonde/span/stack_segment.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// What `co_await` would call: the result of operator co_await, or the awaited object itself, as a reference.
template <class Awaitable>
[[nodiscard]] constexpr decltype(auto) awaiter_of(Awaitable&& awaited) {
  if constexpr (requires { static_cast<Awaitable&&>(awaited).operator co_await(); })
    return static_cast<Awaitable&&>(awaited).operator co_await();
  else if constexpr (requires { operator co_await(static_cast<Awaitable&&>(awaited)); })
    return operator co_await(static_cast<Awaitable&&>(awaited));
  else
    return static_cast<Awaitable&&>(awaited);
}

class live_traced_promise;

template <class Follower>
struct followed_by {};

/// Awaits what `Awaiter` awaits, with the coroutine's spans off the thread meanwhile. Where the coroutine is destroyed while
/// suspended, they are put on the thread that destroys it, to end there: the awaiter goes before the spans do.
template <class Awaiter, class Follower>
class followed_awaiter : public followed_by<Follower> {
 public:
  template <class Awaitable>
  followed_awaiter(record::stack_segment& spans, Awaitable&& awaited) noexcept(
      noexcept(Awaiter(awaiter_of(std::forward<Awaitable>(awaited)))))
      : spans_{spans}, awaiter_(awaiter_of(std::forward<Awaitable>(awaited))) {}
  followed_awaiter(const followed_awaiter&) = delete;
  followed_awaiter& operator=(const followed_awaiter&) = delete;
  ~followed_awaiter() { spans_.put_on(); }

  [[nodiscard]] bool await_ready() noexcept(noexcept(static_cast<bool>(awaiter_.await_ready()))) {
    return static_cast<bool>(awaiter_.await_ready());
  }
  /// The spans go first: before the inner call returns, another thread may have resumed the coroutine, or destroyed it.
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> suspended) noexcept(noexcept(awaiter_.await_suspend(suspended))) {
    static_assert(is_followed_once<Promise>(),
                  "sonde: the promise of this coroutine follows its spans already; co_await without coroutine_scope::follow");
    static_assert(follows_both_ends<Promise>(),
                  "sonde: a promise derived from sonde::traced_promise must return follow(...) from initial_suspend() and "
                  "from final_suspend()");
    spans_.take_off();
    if constexpr (noexcept(awaiter_.await_suspend(suspended))) {
      return awaiter_.await_suspend(suspended);
    } else {
      try {
        return awaiter_.await_suspend(suspended);
      } catch (...) {  // then it is not suspended
        spans_.put_on();
        throw;
      }
    }
  }
  decltype(auto) await_resume() noexcept(noexcept(awaiter_.await_resume())) {
    spans_.put_on();
    return awaiter_.await_resume();
  }

 private:
  template <class Promise>
  static constexpr bool has_traced_promise = std::derived_from<Promise, live_traced_promise>;
  template <class Suspension>
  static constexpr bool is_followed = std::derived_from<Suspension, followed_by<Follower>>;

  template <class Promise>
  [[nodiscard]] static consteval bool is_followed_once() {
    return std::same_as<Follower, live_traced_promise> || !has_traced_promise<Promise>;
  }
  template <class Promise>
  [[nodiscard]] static consteval bool follows_both_ends() {
    if constexpr (has_traced_promise<Promise>)
      return is_followed<decltype(std::declval<Promise&>().initial_suspend())> &&
             is_followed<decltype(std::declval<Promise&>().final_suspend())>;
    else
      return true;
  }

  record::stack_segment& spans_;
  Awaiter awaiter_;  // a reference to what lives as long as the full expression, unless operator co_await made it
};

template <class Awaitable, class Follower>
using followed = followed_awaiter<decltype(awaiter_of(std::declval<Awaitable>())), Follower>;

/// Base of a promise. What the coroutine opens first has the span as its parent that was current where the coroutine was
/// called, wherever and whenever it is resumed.
class live_traced_promise {
 public:
  live_traced_promise() noexcept : spans_{record::captured_context::current()} {}

  template <class Awaitable>
  [[nodiscard]] followed<Awaitable, live_traced_promise> await_transform(Awaitable&& awaited) {
    return {spans_, std::forward<Awaitable>(awaited)};
  }
  /// For what initial_suspend, final_suspend and yield_value return: `return follow(std::suspend_always{});`
  template <class Awaiter>
  [[nodiscard]] followed_awaiter<Awaiter, live_traced_promise> follow(Awaiter awaiter) noexcept {
    return {spans_, std::move(awaiter)};
  }

 private:
  record::stack_segment spans_;
};

/// In the first line of a coroutine's body. Spans opened below it stay the coroutine's own if each co_await of the body goes
/// through `follow`. Its parent is the span that is current there, or the one that was current where `from` was made.
class live_coroutine_scope {
 public:
  live_coroutine_scope() noexcept : live_coroutine_scope{record::captured_context::current()} {}
  explicit live_coroutine_scope(const record::captured_context& from) noexcept : spans_{from} { spans_.put_on(); }

  /// To be awaited at once: `co_await here.follow(awaitable)`.
  template <class Awaitable>
  [[nodiscard]] followed<Awaitable, live_coroutine_scope> follow(Awaitable&& awaited) {
    return {spans_, std::forward<Awaitable>(awaited)};
  }
  /// For awaitables that are coroutines of a library's own kind (integrations/asio.hpp).
  [[nodiscard]] record::stack_segment& spans() noexcept { return spans_; }

 private:
  record::stack_segment spans_;
};

/// Awaits what `Awaiter` awaits. More than nothing only because GCC 12 would copy an awaited object that it gets by reference.
template <class Awaiter>
class idle_followed_awaiter {
 public:
  template <class Awaitable>
  [[gnu::always_inline]] explicit constexpr idle_followed_awaiter(std::in_place_t, Awaitable&& awaited)
      : awaiter_(awaiter_of(std::forward<Awaitable>(awaited))) {}
  idle_followed_awaiter(const idle_followed_awaiter&) = delete;
  idle_followed_awaiter& operator=(const idle_followed_awaiter&) = delete;

  [[nodiscard, gnu::always_inline]] bool await_ready() noexcept(noexcept(static_cast<bool>(awaiter_.await_ready()))) {
    return static_cast<bool>(awaiter_.await_ready());
  }
  template <class Promise>
  [[gnu::always_inline]] auto await_suspend(std::coroutine_handle<Promise> suspended) noexcept(
      noexcept(awaiter_.await_suspend(suspended))) {
    return awaiter_.await_suspend(suspended);
  }
  [[gnu::always_inline]] decltype(auto) await_resume() noexcept(noexcept(awaiter_.await_resume())) {
    return awaiter_.await_resume();
  }

 private:
  Awaiter awaiter_;
};

struct idle_captured_context {
  [[nodiscard, gnu::always_inline]] static constexpr idle_captured_context current() noexcept { return {}; }
};

/// Promise and scope where all is switched off.
struct idle_traced_promise {
  template <class Awaiter>
  [[nodiscard, gnu::always_inline]] constexpr Awaiter follow(Awaiter awaiter) const noexcept {
    return awaiter;
  }
};
struct [[maybe_unused]] idle_coroutine_scope {
  idle_coroutine_scope() = default;
  [[gnu::always_inline]] explicit constexpr idle_coroutine_scope(idle_captured_context) noexcept {}
  template <class Awaitable>
  [[nodiscard, gnu::always_inline]] constexpr auto follow(Awaitable&& awaited) const {
    return idle_followed_awaiter<decltype(awaiter_of(std::declval<Awaitable>()))>{std::in_place,
                                                                                  std::forward<Awaitable>(awaited)};
  }
};

using traced_promise = std::conditional_t<enabled, live_traced_promise, idle_traced_promise>;
using coroutine_scope = std::conditional_t<enabled, live_coroutine_scope, idle_coroutine_scope>;

/// The span that is current in one place, as the parent of what begins in another.
using captured_context = std::conditional_t<enabled, record::captured_context, idle_captured_context>;

/// `task<> job(sonde::captured_context from = sonde::current_context())` knows who called it, however late it starts.
[[nodiscard, gnu::always_inline]] inline captured_context current_context() noexcept {
  return captured_context::current();
}

}  // namespace SONDE_ABI
}  // namespace sonde
