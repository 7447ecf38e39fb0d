// SPDX-License-Identifier: MIT
#pragma once

// Which characters a grammar allows, as a table made at compile time. No set of this room has a control character in it,
// and nothing is written into a header that was not checked against one: CR and LF cannot get out.

#include <initializer_list>
#include <string_view>

namespace sonde::propagation {

struct character_range {
  unsigned char first;
  unsigned char last;
};

class character_set {
 public:
  consteval character_set(std::initializer_list<character_range> ranges) noexcept {
    for (const character_range range : ranges)
      for (unsigned c = range.first; c <= range.last; ++c) has_[c] = true;
  }
  [[nodiscard]] constexpr bool has(char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }
  [[nodiscard]] constexpr bool has_all(std::string_view text) const noexcept {
    for (const char c : text)
      if (!has(c)) return false;
    return true;
  }

 private:
  bool has_[256]{};
};

inline constexpr character_set printable_characters{{' ', '~'}};

/// What a name may consist of. Source: RFC 9110, section 5.6.2, "token".
inline constexpr character_set token_characters{
    {'!', '!'}, {'#', '\''}, {'*', '+'}, {'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'^', 'z'}, {'|', '|'}, {'~', '~'}};

}  // namespace sonde::propagation
