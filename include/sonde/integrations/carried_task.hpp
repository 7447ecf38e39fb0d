// SPDX-License-Identifier: MIT
#pragma once

// Work for another thread: a callable and its arguments, copied or moved as std::thread does, and the span that is current
// where it is made. Used by threads.hpp and executor.hpp.

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Runs once. Copyable where callable and arguments are, so that it fits into a std::function.
template <class Callable, class... Arguments>
class carried_task {
 public:
  template <class... Given>
  explicit carried_task(std::in_place_t, Callable&& callable, Given&&... arguments)
      : callable_{std::move(callable)}, arguments_{std::forward<Given>(arguments)...} {}

  /// `first`: what the caller adds, such as a std::stop_token.
  template <class... First>
    requires std::invocable<Callable, First..., Arguments...>
  std::invoke_result_t<Callable, First..., Arguments...> operator()(First&&... first) {
    return std::apply(
        [&](Arguments&... rest) -> decltype(auto) {
          return run_(std::move(callable_), std::forward<First>(first)..., std::move(rest)...);
        },
        arguments_);
  }

 private:
  struct invoker {
    template <class... All>
    decltype(auto) operator()(All&&... all) const {
      return std::invoke(std::forward<All>(all)...);
    }
  };

  decltype(bind_current(invoker{})) run_ = bind_current(invoker{});
  Callable callable_;
  [[no_unique_address]] std::tuple<Arguments...> arguments_;
};

/// Under the span that is current now.
template <class Callable, class... Arguments>
[[nodiscard]] auto carry(Callable&& callable, Arguments&&... arguments) {
  return carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>{
      std::in_place, std::decay_t<Callable>(std::forward<Callable>(callable)), std::forward<Arguments>(arguments)...};
}

}  // namespace SONDE_ABI
}  // namespace sonde
