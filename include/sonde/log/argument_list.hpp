// SPDX-License-Identifier: MIT
#pragma once

// Takes the arguments of a log call apart: those of its text, and its attributes. By position, since a tuple of each kind costs
// the compiler more than all the rest of the call. Used by log.hpp.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <sonde/config.hpp>
#include <sonde/record/attribute.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace log {

template <std::size_t Position, class T>
struct argument_at {
  T& value;
};
template <class Positions, class... T>
struct argument_list;
template <std::size_t... Position, class... T>
struct argument_list<std::index_sequence<Position...>, T...> : argument_at<Position, T>... {};

template <std::size_t Position, class T>
[[nodiscard]] constexpr T& argument(const argument_at<Position, T>& of) noexcept {
  return of.value;
}

template <class T>
inline constexpr bool is_attribute_argument = is_attribute<std::remove_cvref_t<T>>;

/// The positions of those that are attributes, or of those that are not.
template <bool Attributes, class... T>
struct selection {
  static constexpr std::size_t count = (std::size_t{0} + ... + (is_attribute_argument<T> == Attributes));
  std::size_t at[count + 1]{};

  consteval selection() {
    std::size_t position = 0;
    std::size_t* next = at;
    ((is_attribute_argument<T> == Attributes ? static_cast<void>(*next++ = position) : void(), ++position), ...);
  }
};
template <bool Attributes, class... T>
inline constexpr selection<Attributes, T...> selected;

/// Calls `use` with those that are attributes, or with those that are not.
template <bool Attributes, class Use, class... T>
constexpr void with_selected(Use use, T&... arguments) noexcept {
  const argument_list<std::index_sequence_for<T...>, T...> all{{arguments}...};
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    use(argument<selected<Attributes, T...>.at[I]>(all)...);
  }(std::make_index_sequence<selection<Attributes, T...>::count>{});
}

}  // namespace log
}  // namespace SONDE_ABI
}  // namespace sonde
