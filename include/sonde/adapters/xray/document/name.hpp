// SPDX-License-Identifier: MIT
#pragma once

// Names of segments and subsegments: what X-Ray does not take is left out. Used for names of sites, once each, and for those
// made at run time. Source: AWS X-Ray developer guide, "Segment documents", name.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/adapters/xray/document/letters.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/encoding/utf8.hpp>

namespace sonde::xray {

inline constexpr std::size_t longest_name = 200;  // in characters
/// Where nothing of a name is left.
inline constexpr std::string_view name_of_the_nameless = "span";

[[nodiscard]] constexpr bool is_name_character(char ascii) noexcept {
  return (ascii >= 'a' && ascii <= 'z') || (ascii >= 'A' && ascii <= 'Z') || (ascii >= '0' && ascii <= '9') ||
         std::string_view{" _.:/%&#=+\\-@"}.find(ascii) != std::string_view::npos;
}

/// The code point of a well-formed character.
[[nodiscard]] constexpr std::uint32_t code_point(std::string_view character) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  std::uint32_t value = byte(0);
  if (character.size() == 1) return value;
  value &= 0x7Fu >> character.size();
  for (std::size_t i = 1; i < character.size(); ++i) value = value << 6 | (byte(i) & 0x3F);
  return value;
}

/// Calls `take(piece)` for each run of `name` that X-Ray takes, no more than `longest_name` characters in all. Blanks of any
/// kind but the space become spaces.
template <class Take>
constexpr void for_each_usable(std::string_view name, Take take) {
  std::size_t left = longest_name;
  while (!name.empty() && left != 0) {
    const encoding::utf8_step step = encoding::next_utf8({name.data(), name.size()});
    const std::string_view character = name.substr(0, step.size);
    name.remove_prefix(step.size);
    const bool blank = step.size == 1 && character[0] >= '\t' && character[0] <= '\r';
    const bool usable = step.size == 1 ? is_name_character(character[0]) : step.valid && is_letter(code_point(character));
    if (!blank && !usable) continue;
    take(blank ? std::string_view{" "} : character);
    --left;
  }
}

/// Between quotes, escaped. Returns whether it is the name as it stands.
inline bool put_usable_name(document_text& to, std::string_view name) {
  bool any = false;
  std::size_t same = 0;  // so much of it
  for_each_usable(name, [&](std::string_view piece) {
    to.escaped(piece);
    any = any || piece != " ";
    if (name.substr(same, piece.size()) == piece) same += piece.size();
  });
  if (!any) to.raw(name_of_the_nameless);
  return any && same == name.size();
}

/// Never empty, valid UTF-8.
[[nodiscard]] inline std::string usable_name(std::string_view name) {
  std::string made;
  for_each_usable(name, [&](std::string_view piece) { made += piece; });
  if (made.find_first_not_of(' ') == made.npos) made = name_of_the_nameless;
  return made;
}

}  // namespace sonde::xray
