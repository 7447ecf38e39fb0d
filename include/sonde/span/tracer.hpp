// SPDX-License-Identifier: MIT
#pragma once

// Spans by name: free-standing, or made in a tracer, which names the instrumentation scope they belong to.

#include <sonde/span/choice.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// `using tracer = sonde::tracer<"home.activities">;` then `tracer::span<"name"> span;`.
template <meta::fixed_string Name, meta::fixed_string Version = "">
struct tracer {
  static_assert(!Name.empty(), "sonde: the name of a tracer must not be empty");

 private:
  using scope_ = instrumentation_scope<Name, Version>;
  using forms = span_forms<enabled>;

 public:
  template <meta::fixed_string SpanName, class Attributes = void>
  using span = typename forms::template span<scope_, SpanName, Attributes>;
  template <level Level, meta::fixed_string SpanName, class Attributes = void>
  using span_at = typename span_forms<kept(Level)>::template span<scope_, SpanName, Attributes>;
  template <meta::fixed_string SpanName>
  using detached_span = typename forms::template detached_span<scope_, SpanName>;

  template <meta::fixed_string SpanName, class Callable>
  [[nodiscard, gnu::always_inline]] static constexpr auto capture(Callable&& callable, here<> at = here<>::captured()) {
    return forms::template capture<scope_, SpanName>(std::forward<Callable>(callable), at);
  }
  template <auto Function>
  [[nodiscard, gnu::always_inline]] static constexpr auto capture(here<> at = here<>::captured()) {
    return forms::template capture<scope_, meta::name_of<Function>>(function_object<Function>{}, at);
  }
  template <meta::fixed_string SpanName, class Callable>
  [[gnu::always_inline]] static constexpr decltype(auto) in_span(Callable&& callable, here<> at = here<>::captured()) {
    return forms::template in_span<scope_, SpanName>(std::forward<Callable>(callable), at);
  }
};

/// A scoped span. `Attributes`: an aggregate whose fields become attributes (needs <sonde/attributes.hpp>).
template <meta::fixed_string Name, class Attributes = void>
using span = typename span_forms<enabled>::template span<default_scope, Name, Attributes>;

/// A scoped span that vanishes at compile time where SONDE_MIN_LEVEL is higher than `Level`.
template <level Level, meta::fixed_string Name, class Attributes = void>
using span_at = typename span_forms<kept(Level)>::template span<default_scope, Name, Attributes>;

/// A span tied to no scope or thread: movable, ends with end().
template <meta::fixed_string Name>
using detached_span = typename span_forms<enabled>::template detached_span<default_scope, Name>;

/// Makes a detached span current: `sonde::scope active{job};`.
using scope = span_forms<enabled>::scope;

/// A callable, by value, that runs `callable` inside a span; its exceptions are recorded and go on.
template <meta::fixed_string Name, class Callable>
[[nodiscard, gnu::always_inline]] constexpr auto capture(Callable&& callable, here<> at = here<>::captured()) {
  return span_forms<enabled>::capture<default_scope, Name>(std::forward<Callable>(callable), at);
}
/// The same for a function or member function, after which the span is named.
template <auto Function>
[[nodiscard, gnu::always_inline]] constexpr auto capture(here<> at = here<>::captured()) {
  return span_forms<enabled>::capture<default_scope, meta::name_of<Function>>(function_object<Function>{}, at);
}
/// Runs `callable` inside a span and returns what it returns.
template <meta::fixed_string Name, class Callable>
[[gnu::always_inline]] constexpr decltype(auto) in_span(Callable&& callable, here<> at = here<>::captured()) {
  return span_forms<enabled>::in_span<default_scope, Name>(std::forward<Callable>(callable), at);
}
/// A callable, by value, that runs `callable` with today's current span as the parent, on whatever thread.
template <class Callable>
[[nodiscard, gnu::always_inline]] constexpr auto bind_current(Callable&& callable) {
  return span_forms<enabled>::bind_current(std::forward<Callable>(callable));
}
/// The innermost active span of this thread.
[[nodiscard, gnu::always_inline]] inline span_forms<enabled>::current_span current_span() noexcept { return {}; }

}  // namespace SONDE_ABI
}  // namespace sonde
