// SPDX-License-Identifier: MIT
#pragma once

// Boost.Asio (1.79 or later): handlers and executors that carry the current span along, and spans held over the co_await
// of its coroutines. Instrumented code includes it; docs/threads-and-coroutines.md shows each form.

#include <type_traits>
#include <utility>

#include <boost/asio/associator.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sonde/integrations/coroutine.hpp>

/// bind_current(handler) has the handler's executor, allocator and cancellation slot.
template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, sonde::live_bound<Handler>, Default> : Associator<Handler, Default> {
  static auto get(const sonde::live_bound<Handler>& bound) noexcept {
    return Associator<Handler, Default>::get(bound.callable);
  }
  static auto get(const sonde::live_bound<Handler>& bound, const Default& otherwise) noexcept {
    return Associator<Handler, Default>::get(bound.callable, otherwise);
  }
};

namespace sonde {

inline namespace SONDE_ABI {

namespace asio {

/// The handler, by value, to run under the span that is current now: `timer.async_wait(sonde::asio::bind(handler))`.
template <class Handler>
[[nodiscard, gnu::always_inline]] constexpr auto bind(Handler&& handler) {
  return bind_current(std::forward<Handler>(handler));
}

/// An executor; what is posted, dispatched or spawned through it runs under the span of whoever does so. Otherwise it is the
/// inner one.
template <class Inner>
class executor {
 public:
  using inner_executor_type = Inner;

  explicit executor(Inner inner) noexcept : inner_{std::move(inner)} {}

  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(bind(std::forward<Function>(function)));
  }

  template <class Property>
    requires boost::asio::can_query_v<const Inner&, const Property&>
  decltype(auto) query(const Property& property) const
      noexcept(boost::asio::is_nothrow_query_v<const Inner&, const Property&>) {
    return boost::asio::query(inner_, property);
  }
  template <class Property>
    requires boost::asio::can_require_v<const Inner&, const Property&>
  auto require(const Property& property) const {
    return rewrapped(boost::asio::require(inner_, property));
  }
  template <class Property>
    requires boost::asio::can_prefer_v<const Inner&, const Property&>
  auto prefer(const Property& property) const {
    return rewrapped(boost::asio::prefer(inner_, property));
  }

  [[nodiscard]] const Inner& inner() const noexcept { return inner_; }
  friend bool operator==(const executor& a, const executor& b) noexcept { return a.inner_ == b.inner_; }

 private:
  template <class Other>
  [[nodiscard]] static executor<std::remove_cvref_t<Other>> rewrapped(Other&& other) {
    return executor<std::remove_cvref_t<Other>>{std::forward<Other>(other)};
  }

  Inner inner_;
};

/// In the first line of a `boost::asio::awaitable`. Its co_awaits take only what Asio knows, so that `follow` returns such
/// an awaitable again: a coroutine around the given one, whose frame Asio takes from its memory for them.
class live_coroutine_scope : public sonde::live_coroutine_scope {
 public:
  using sonde::live_coroutine_scope::live_coroutine_scope;

  /// `co_await here.follow(timer.async_wait(boost::asio::use_awaitable))`
  template <class Result, class Executor>
  [[nodiscard]] boost::asio::awaitable<Result, Executor> follow(boost::asio::awaitable<Result, Executor> awaited) {
    return away(spans(), std::move(awaited));
  }

 private:
  /// Off the thread while it lives, or until `back`.
  class absence {
   public:
    explicit absence(record::stack_segment& spans) noexcept : spans_{spans} { spans_.take_off(); }
    absence(const absence&) = delete;
    absence& operator=(const absence&) = delete;
    ~absence() { back(); }
    void back() noexcept { spans_.put_on(); }

   private:
    record::stack_segment& spans_;
  };

  /// Begins on the thread that awaits it, and hands its result over on the thread that goes on.
  template <class Result, class Executor>
  static boost::asio::awaitable<Result, Executor> away(record::stack_segment& spans,
                                                       boost::asio::awaitable<Result, Executor> awaited) {
    absence gone{spans};
    try {
      co_return co_await std::move(awaited);
    } catch (...) {  // before it flies on: it is to leave spans that lie where it flies
      gone.back();
      throw;
    }
  }
};

struct [[maybe_unused]] idle_coroutine_scope : sonde::idle_coroutine_scope {
  using sonde::idle_coroutine_scope::idle_coroutine_scope;

  template <class Result, class Executor>
  [[nodiscard, gnu::always_inline]] constexpr boost::asio::awaitable<Result, Executor> follow(
      boost::asio::awaitable<Result, Executor> awaited) const {
    return awaited;
  }
};

using coroutine_scope = std::conditional_t<enabled, live_coroutine_scope, idle_coroutine_scope>;

}  // namespace asio

}  // namespace SONDE_ABI
}  // namespace sonde
