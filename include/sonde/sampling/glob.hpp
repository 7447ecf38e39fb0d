// SPDX-License-Identifier: MIT
#pragma once

// Patterns with wildcards, as X-Ray's sampling rules and dynamic naming write them: `*` stands for any run of characters,
// `?` for one. Used by sampling rules and wherever a name is matched against a host.

#include <cstddef>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::sampling {

/// Whether the whole of `text` is what the pattern says. Letters A to Z in any case; a character is a code point of UTF-8.
/// Takes at most as many steps as both sizes multiplied. Source: AWS X-Ray developer guide, "Sampling rule options".
[[nodiscard]] constexpr bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  const auto after = [text](std::size_t at) {  // the character at `at`
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
  };
  std::size_t p = 0;
  std::size_t star = none;     // the last one met: only it need take more, whatever those before took
  std::size_t star_ended = 0;  // where the run it stands for ends
  for (std::size_t t = 0; t < text.size();) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_ended = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = after(t);
    } else if (p < pattern.size() && environment::upper(pattern[p]) == environment::upper(text[t])) {
      ++p;
      ++t;
    } else if (star != none) {
      p = star + 1;
      t = star_ended = after(star_ended);
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace sonde::sampling
