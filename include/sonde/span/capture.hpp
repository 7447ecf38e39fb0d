// SPDX-License-Identifier: MIT
#pragma once

// Callables that run inside a span, or under the span that was current where they were made. Both come back by value.

#include <type_traits>
#include <utility>

#include <sonde/meta/function_name.hpp>
#include <sonde/span/activation.hpp>
#include <sonde/span/span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// std::invoke for functions and member functions; <functional> would cost more than the rest of this library.
template <class Callable, class... Arguments>
[[gnu::always_inline]] constexpr decltype(auto) call(Callable&& callable, Arguments&&... arguments) {
  if constexpr (std::is_member_function_pointer_v<std::remove_cvref_t<Callable>>) {
    return [&]<class Object, class... Rest>(Object&& object, Rest&&... rest) -> decltype(auto) {
      if constexpr (requires { (object.*callable)(std::forward<Rest>(rest)...); })
        return (std::forward<Object>(object).*callable)(std::forward<Rest>(rest)...);
      else
        return ((*object).*callable)(std::forward<Rest>(rest)...);
    }(std::forward<Arguments>(arguments)...);
  } else {
    return std::forward<Callable>(callable)(std::forward<Arguments>(arguments)...);
  }
}

/// Runs `callable` inside a `Span`; an exception is recorded with type and message, and goes on.
template <class Span, class Callable, class... Arguments>
decltype(auto) call_in(here<> at, Callable&& callable, Arguments&&... arguments) {
  Span span{at};
  try {
    return call(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...);
  } catch (...) {
    span.fail_with_handled_exception();
    throw;
  }
}

template <class Span, class Callable>
struct live_captured {
  Callable callable;
  here<> at;

  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) {
    return call_in<Span>(at, callable, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    return call_in<Span>(at, callable, std::forward<Arguments>(arguments)...);
  }
};

template <class Callable>
struct live_bound {
  Callable callable;
  record::borrowed_context parent;
  context::shared_fields fields;

  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) {
    record::borrowed_scope active{parent, fields.get()};
    return call(callable, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    record::borrowed_scope active{parent, fields.get()};
    return call(callable, std::forward<Arguments>(arguments)...);
  }
};

}  // namespace SONDE_ABI
}  // namespace sonde
