// SPDX-License-Identifier: MIT
#pragma once

// SONDE_SPAN() and SONDE_SPAN("name"): the enclosing function's name, file and line as compile-time constants, which only a macro
// can see. Without the macro: `sonde::span<"name"> span;`.

#include <sonde/meta/function_name.hpp>
#include <sonde/span/choice.hpp>

namespace sonde {

inline namespace SONDE_ABI {

template <meta::fixed_string Pretty>
[[nodiscard]] consteval auto span_name() {
  return meta::function_name<Pretty>;
}
template <meta::fixed_string Pretty, std::size_t N>
[[nodiscard]] consteval auto span_name(const char (&given)[N]) {
  return meta::fixed_string<N - 1>{given};
}

/// A class of its own and no alias: g++ 12 crashes on an alias template with a dependent function name.
template <meta::fixed_string Name, meta::fixed_string File, unsigned Line, meta::fixed_string Function>
struct [[maybe_unused]] placed_span
    : span_forms<enabled>::span<
          default_scope, Name, void,
          std::conditional_t<capture_location, source_place<File, Line, Function>, source_place<"", 0, "">>> {};

}  // namespace SONDE_ABI
}  // namespace sonde

#define SONDE_SPAN(...)                                                                                             \
  [[maybe_unused]] ::sonde::placed_span<::sonde::span_name<::sonde::meta::fixed_string{__PRETTY_FUNCTION__}>(__VA_ARGS__),           \
                       ::sonde::meta::fixed_string{__FILE__}, __LINE__,                                             \
                       ::sonde::meta::function_name<::sonde::meta::fixed_string{__PRETTY_FUNCTION__}>>              \
  SONDE_JOIN(sonde_span_, __LINE__)
#define SONDE_JOIN(a, b) SONDE_JOIN_(a, b)
#define SONDE_JOIN_(a, b) a##b
