// SPDX-License-Identifier: MIT
#pragma once

// A borrowed piece of text, for headers that cannot afford to include <string_view>.

#include <cstddef>

namespace sonde::meta {

/// `size` bytes at `data`; not owned, not zero-terminated.
struct text {
  const char* data = "";
  std::size_t size = 0;

  [[nodiscard]] constexpr bool empty() const noexcept { return size == 0; }
  [[nodiscard]] friend constexpr bool operator==(text a, text b) noexcept {
    if (a.size != b.size) return false;
    for (std::size_t i = 0; i < a.size; ++i)
      if (a.data[i] != b.data[i]) return false;
    return true;
  }
};

/// Anything that holds characters: std::string, std::string_view, fixed_string, fmt's buffers.
template <class T>
concept text_like = requires(const T& value) {
  static_cast<const char*>(value.data());  // a cast that no other character type survives
  static_cast<std::size_t>(value.size());
};

}  // namespace sonde::meta
