// SPDX-License-Identifier: MIT
#pragma once

// The one place that chooses between the live and the idle form of everything a user names.

#include <sonde/span/capture.hpp>
#include <sonde/span/current_span.hpp>
#include <sonde/span/detached_span.hpp>
#include <sonde/span/idle_span.hpp>
#include <sonde/span/span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

template <bool Live>
struct span_forms {
  template <class Scope, meta::fixed_string Name, class Attributes = void,
            class Place = unknown_place>
  using span = live_span<Scope, Name, Attributes, Place>;
  template <class Scope, meta::fixed_string Name>
  using detached_span = live_detached_span<Scope, Name>;
  using current_span = live_current_span;
  using scope = live_scope;

  template <class Scope, meta::fixed_string Name, class Callable>
  [[nodiscard]] static auto capture(Callable&& callable, here<> at) {
    return live_captured<live_span<Scope, Name, void, unknown_place>, std::decay_t<Callable>>{
        std::forward<Callable>(callable), at};
  }
  template <class Scope, meta::fixed_string Name, class Callable>
  static decltype(auto) in_span(Callable&& callable, here<> at) {
    return call_in<live_span<Scope, Name, void, unknown_place>>(at, std::forward<Callable>(callable));
  }
  template <class Callable>
  [[nodiscard]] static auto bind_current(Callable&& callable) {
    return live_bound<std::decay_t<Callable>>{std::forward<Callable>(callable), record::borrowed_context{live_current_span{}.context()},
                                              context::shared_fields{record::active_fields()}};
  }
};

/// What capture and bind_current leave of a callable: itself. Only a member function needs a call operator.
template <class Callable>
[[gnu::always_inline]] constexpr auto idle_callable(Callable&& callable) {
  if constexpr (std::is_member_function_pointer_v<std::decay_t<Callable>>)
    return [callable](auto&&... arguments) -> decltype(auto) {
      return call(callable, std::forward<decltype(arguments)>(arguments)...);
    };
  else
    return std::decay_t<Callable>{std::forward<Callable>(callable)};
}

template <class Attributes>
struct idle_span_for {
  using type = idle_typed_span<Attributes>;
};
template <>
struct idle_span_for<void> {
  using type = idle_span;
};

template <>
struct span_forms<false> {
  template <class, meta::fixed_string, class Attributes = void, class = unknown_place>
  using span = typename idle_span_for<Attributes>::type;
  template <class, meta::fixed_string>
  using detached_span = idle_detached_span;
  using current_span = idle_operations;
  using scope = idle_scope;

  template <class, meta::fixed_string, class Callable>
  [[nodiscard, gnu::always_inline]] static constexpr auto capture(Callable&& callable, here<>) {
    return idle_callable(std::forward<Callable>(callable));
  }
  template <class, meta::fixed_string, class Callable>
  [[gnu::always_inline]] static constexpr decltype(auto) in_span(Callable&& callable, here<>) {
    return std::forward<Callable>(callable)();
  }
  template <class Callable>
  [[nodiscard, gnu::always_inline]] static constexpr auto bind_current(Callable&& callable) {
    return idle_callable(std::forward<Callable>(callable));
  }
};

/// A function or member function given as a template argument, as an object to call.
template <auto Function>
struct function_object {
  template <class... Arguments>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(Arguments&&... arguments) const {
    return call(Function, std::forward<Arguments>(arguments)...);
  }
};

[[nodiscard]] consteval bool kept(level of) { return enabled && of >= min_level; }

}  // namespace SONDE_ABI
}  // namespace sonde
