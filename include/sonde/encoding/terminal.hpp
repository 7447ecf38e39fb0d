// SPDX-License-Identifier: MIT
#pragma once

// Text of unknown origin made fit for a terminal, which would otherwise obey the escape sequences in it. Used by the
// console adapter.

#include <cstddef>
#include <cstdint>
#include <string>

#include <sonde/encoding/hex.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/text.hpp>

namespace sonde::encoding {

/// What the terminal can show.
enum class charset : unsigned char { ascii, utf8 };

/// The code point of a well-formed character.
[[nodiscard]] constexpr std::uint32_t code_point(meta::text character) noexcept {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(character.data[i]); };
  if (character.size == 1) return byte(0);
  std::uint32_t point = byte(0) & (0x7Fu >> character.size);
  for (std::size_t i = 1; i < character.size; ++i) point = point << 6 | (byte(i) & 0x3F);
  return point;
}

/// Moves the cursor, ends the line, or reorders what is around it: C0, DEL, C1, line separators, directional controls.
[[nodiscard]] constexpr bool controls_terminal(std::uint32_t point) noexcept {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

/// Whether append_printable would append it as it is, for a terminal that shows UTF-8.
[[nodiscard]] constexpr bool is_printable(meta::text text) noexcept {
  for (std::size_t at = 0; at < text.size;) {
    const utf8_step step = next_utf8({text.data + at, text.size - at});
    if (!step.valid || controls_terminal(code_point({text.data + at, step.size}))) return false;
    at += step.size;
  }
  return true;
}

/// `\n`, `\t`, `\x1b`, `\u202e`, `\U0001f600`.
inline void append_escape(std::string& into, std::uint32_t point) {
  if (point == '\n') return void(into += "\\n");
  if (point == '\t') return void(into += "\\t");
  if (point == '\r') return void(into += "\\r");
  const unsigned char bytes[] = {static_cast<unsigned char>(point >> 24), static_cast<unsigned char>(point >> 16),
                                 static_cast<unsigned char>(point >> 8), static_cast<unsigned char>(point)};
  const std::size_t size = point < 0x100 ? 1 : point < 0x10000 ? 2 : 4;
  char digits[8];
  put_hex(digits, bytes + sizeof bytes - size, size);
  into += size == 1 ? "\\x" : size == 2 ? "\\u" : "\\U";
  into.append(digits, 2 * size);
}

/// Appends at most `max_characters` of `text`, marked where more follow. Control characters and, for an ASCII terminal,
/// everything beyond ASCII are escaped; ill-formed UTF-8 is replaced. With `quoted`, quotation marks and backslashes
/// are escaped too.
inline void append_printable(std::string& into, meta::text text, charset shown, std::size_t max_characters = SIZE_MAX,
                             bool quoted = false) {
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size; ++taken) {
    if (taken == max_characters) return void(into += shown == charset::utf8 ? "…" : "...");
    const utf8_step step = next_utf8({text.data + at, text.size - at});
    const meta::text character{text.data + at, step.size};
    at += step.size;
    if (!step.valid) {
      into += shown == charset::utf8 ? "\xEF\xBF\xBD" : "?";
      continue;
    }
    const std::uint32_t point = code_point(character);
    if (controls_terminal(point) || (shown == charset::ascii && point >= 0x80)) {
      append_escape(into, point);
      continue;
    }
    if (quoted && (point == '"' || point == '\\')) into += '\\';
    into.append(character.data, character.size);
  }
}

/// Columns that printable text takes, each character counted as one.
[[nodiscard]] constexpr std::size_t columns(meta::text printable) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < printable.size; ++i)
    count += (static_cast<unsigned char>(printable.data[i]) & 0xC0) != 0x80;
  return count;
}

}  // namespace sonde::encoding
