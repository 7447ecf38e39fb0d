// SPDX-License-Identifier: MIT
#pragma once

// Text as a template argument: `span<"name">` is `span<fixed_string<4>{"name"}>`.

#include <cstddef>

namespace sonde::meta {

/// N characters and a terminating zero, usable as a template argument.
template <std::size_t N>
struct fixed_string {
  char value[N + 1]{};

  constexpr fixed_string() = default;
  constexpr fixed_string(const char (&text)[N + 1]) noexcept {  // implicit: `span<"name">`
    for (std::size_t i = 0; i < N; ++i) value[i] = text[i];
  }
  constexpr fixed_string(const char* text, std::size_t) noexcept {
    for (std::size_t i = 0; i < N; ++i) value[i] = text[i];
  }

  [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }
  [[nodiscard]] static constexpr bool empty() noexcept { return N == 0; }
  [[nodiscard]] constexpr const char* data() const noexcept { return value; }
  [[nodiscard]] constexpr char operator[](std::size_t i) const noexcept { return value[i]; }

  template <std::size_t M>
  [[nodiscard]] constexpr bool operator==(const fixed_string<M>& other) const noexcept {
    if constexpr (N != M) {
      return false;
    } else {
      for (std::size_t i = 0; i < N; ++i)
        if (value[i] != other.value[i]) return false;
      return true;
    }
  }

  template <std::size_t M>
  [[nodiscard]] constexpr fixed_string<N + M> operator+(const fixed_string<M>& tail) const noexcept {
    fixed_string<N + M> joined;
    for (std::size_t i = 0; i < N; ++i) joined.value[i] = value[i];
    for (std::size_t i = 0; i < M; ++i) joined.value[N + i] = tail.value[i];
    return joined;
  }
};

template <std::size_t N>
fixed_string(const char (&)[N]) -> fixed_string<N - 1>;

}  // namespace sonde::meta
