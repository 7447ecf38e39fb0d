// SPDX-License-Identifier: MIT
#pragma once

// The place a span in plain form is opened at: the default argument of its constructor, so that it is the user's line.
// (Clang 14 has no std::source_location.)

#include <sonde/config.hpp>
#include <sonde/span/lifecycle.hpp>
#include <sonde/span/site.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Empty where the site itself knows its place (macro form).
template <class Place = unknown_place>
struct here {
  [[nodiscard, gnu::always_inline]] static constexpr here captured() noexcept { return {}; }
  [[gnu::always_inline]] constexpr operator record::opened_at() const noexcept { return {}; }
};

template <>
struct here<unknown_place> {
  record::opened_at where;

  [[nodiscard, gnu::always_inline]] static constexpr here captured(const char* file = __builtin_FILE(),
                                                                   unsigned line = __builtin_LINE(),
                                                                   const char* function = __builtin_FUNCTION()) noexcept {
    if constexpr (capture_location)
      return {{file, line, function}};
    else
      return {};
  }
  [[gnu::always_inline]] constexpr operator record::opened_at() const noexcept { return where; }
};

}  // namespace SONDE_ABI
}  // namespace sonde
