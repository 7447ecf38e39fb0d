// SPDX-License-Identifier: MIT
#pragma once

// SONDE_SPAN() and SONDE_SPAN("name"): the enclosing function's name, file and line as compile-time constants, which only a macro
// can see. Without the macro: `sonde::span<"name"> span;`.

#include <sonde/meta/function_name.hpp>
#include <sonde/span/choice.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// The name given, else the enclosing function's.
template <std::size_t N>
[[nodiscard]] consteval auto span_name(const meta::fixed_string<N>& function) {
  return function;
}
template <std::size_t N, std::size_t M>
[[nodiscard]] consteval auto span_name(const meta::fixed_string<N>&, const char (&given)[M]) {
  return meta::fixed_string<M - 1>{given};
}

/// A class of its own and no alias: g++ 12 crashes on an alias template with a dependent function name.
template <meta::fixed_string Name, meta::fixed_string File, unsigned Line, meta::fixed_string Function>
struct [[maybe_unused]] placed_span
    : span_forms<enabled>::span<
          default_scope, Name, void,
          std::conditional_t<capture_location, source_place<File, Line, Function>, source_place<"", 0, "">>> {};

}  // namespace SONDE_ABI
}  // namespace sonde

#define SONDE_SPAN(...)                                                                                        \
  [[maybe_unused]] ::sonde::placed_span<::sonde::span_name(SONDE_FUNCTION_NAME __VA_OPT__(, ) __VA_ARGS__),    \
                                        ::sonde::meta::fixed_string{__FILE__}, __LINE__, SONDE_FUNCTION_NAME> \
  SONDE_JOIN(sonde_span_, __LINE__)

// The signature twice, since a template argument's size must be known first; it never reaches a symbol's name.
#define SONDE_FUNCTION_NAME                                                                             \
  ::sonde::meta::read_function_name<::sonde::meta::function_name_size(                                  \
      ::sonde::meta::text_of(__PRETTY_FUNCTION__))>(::sonde::meta::text_of(__PRETTY_FUNCTION__))
#define SONDE_JOIN(a, b) SONDE_JOIN_(a, b)
#define SONDE_JOIN_(a, b) a##b
