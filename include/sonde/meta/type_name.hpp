// SPDX-License-Identifier: MIT
#pragma once

// A type's qualified name as a constant. Names the type of an exception where it is known when the program is compiled.

#include <cstddef>

#include <sonde/meta/fixed_string.hpp>
#include <sonde/meta/text.hpp>

namespace sonde::meta {

template <class Type>
[[nodiscard]] consteval text type_signature() noexcept {
  text from{__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
  while (from.data[0] != '=') ++from.data, --from.size;
  return {from.data + 2, from.size - 3};  // `std::runtime_error` from `... [with Type = std::runtime_error]`
}

/// Takes out what only one compiler writes (the function around a local type, inline namespaces of the standard
/// library) and unnamed namespaces. Writes at most `room` characters; returns the size.
[[nodiscard]] consteval std::size_t tidy_type_name(text from, char* to, std::size_t room) noexcept {
  constexpr text left_out[] = {{"{anonymous}::", 13}, {"(anonymous namespace)::", 23}, {"__cxx11::", 9}};
  std::size_t size = 0;
  for (std::size_t at = 0, depth = 0; at < from.size;) {
    std::size_t skipped = 0;
    for (const text piece : left_out)
      if (from.size - at > piece.size && text{from.data + at, piece.size} == piece) skipped = piece.size;
    if (skipped != 0) {
      at += skipped;
      continue;
    }
    const char c = from.data[at++];
    depth += c == '<' || c == '(';
    depth -= c == '>' || c == ')';
    if (c == ')' && depth == 0 && from.size - at > 2 && from.data[at] == ':') {
      at += 2;
      size = 0;
      continue;
    }
    if (size < room) to[size] = c;
    ++size;
  }
  return size;
}

template <class Type>
[[nodiscard]] consteval auto read_type_name() noexcept {
  constexpr text signature = type_signature<Type>();
  fixed_string<tidy_type_name(signature, nullptr, 0)> name;
  (void)tidy_type_name(signature, name.value, name.size());
  return name;
}

/// `std::runtime_error`, `app::not_found`: the same from GCC and Clang for classes that are no templates' instances.
/// Local types go by their own name alone; the rest is as the compiler spells it.
template <class Type>
[[gnu::visibility("hidden")]] inline constexpr auto type_name = read_type_name<Type>();

}  // namespace sonde::meta
