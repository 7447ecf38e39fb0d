// SPDX-License-Identifier: MIT
#pragma once

// UTF-8 checked, repaired and cut on a boundary. Used wherever text of unknown origin meets a format that demands UTF-8
// (JSON, protobuf strings) or a limit on its length.

#include <cstddef>
#include <cstdint>

#include <sonde/meta/text.hpp>

namespace sonde::encoding {

/// What one step through UTF-8 found: a character, or a maximal subpart of an ill-formed one.
struct utf8_step {
  std::size_t size;  // bytes, at least 1
  bool valid;
};

/// U+FFFD REPLACEMENT CHARACTER.
inline constexpr meta::text utf8_replacement{"\xEF\xBF\xBD", 3};

/// The first character of `rest`, which must not be empty.
/// Source: The Unicode Standard, table 3-7 and "U+FFFD Substitution of Maximal Subparts".
[[nodiscard]] constexpr utf8_step next_utf8(meta::text rest) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest.data[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
  unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing above U+10FFFF
  for (std::size_t i = 1; i < size; ++i) {
    if (i == rest.size || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {size, true};
}

/// How many bytes from the start are ASCII.
[[nodiscard]] constexpr std::size_t ascii_prefix(meta::text text) noexcept {
  std::size_t at = 0;
  if (!__builtin_is_constant_evaluated()) {
    for (std::uint64_t block; at + sizeof block <= text.size; at += sizeof block) {
      __builtin_memcpy(&block, text.data + at, sizeof block);
      if ((block & 0x8080808080808080u) != 0) break;
    }
  }
  while (at < text.size && static_cast<unsigned char>(text.data[at]) < 0x80) ++at;
  return at;
}

/// How many bytes from the start are well-formed UTF-8.
[[nodiscard]] constexpr std::size_t valid_prefix(meta::text text) noexcept {
  std::size_t at = 0;
  for (;;) {
    at += ascii_prefix({text.data + at, text.size - at});
    for (;;) {
      if (at == text.size) return at;
      const utf8_step step = next_utf8({text.data + at, text.size - at});
      if (!step.valid) return at;
      at += step.size;
      if (at < text.size && static_cast<unsigned char>(text.data[at]) < 0x80) break;
    }
  }
}
[[nodiscard]] constexpr bool valid_utf8(meta::text text) noexcept { return valid_prefix(text) == text.size; }

/// The size of `text` once each maximal ill-formed subpart is replaced by U+FFFD.
[[nodiscard]] constexpr std::size_t sanitised_size(meta::text text) noexcept {
  std::size_t size = 0;
  for (;;) {
    const std::size_t run = valid_prefix(text);
    size += run;
    if (run == text.size) return size;
    const std::size_t skipped = run + next_utf8({text.data + run, text.size - run}).size;
    size += utf8_replacement.size;
    text = {text.data + skipped, text.size - skipped};
  }
}

/// Writes sanitised_size(text) bytes of well-formed UTF-8 and returns where it stopped.
constexpr char* put_sanitised(char* at, meta::text text) noexcept {
  const auto put = [&at](meta::text piece) {
    for (std::size_t i = 0; i < piece.size; ++i) *at++ = piece.data[i];
  };
  for (;;) {
    const std::size_t run = valid_prefix(text);
    put({text.data, run});
    if (run == text.size) return at;
    const std::size_t skipped = run + next_utf8({text.data + run, text.size - run}).size;
    put(utf8_replacement);
    text = {text.data + skipped, text.size - skipped};
  }
}

/// At most the first `max_characters` code points; an ill-formed subpart counts as one.
[[nodiscard]] constexpr meta::text cut(meta::text text, std::size_t max_characters) noexcept {
  if (text.size <= max_characters) return text;
  std::size_t at = 0;
  for (std::size_t taken = 0; taken < max_characters && at < text.size; ++taken)
    at += next_utf8({text.data + at, text.size - at}).size;
  return {text.data, at};
}

/// At most the first `max_bytes` bytes, and no character torn apart.
[[nodiscard]] constexpr meta::text cut_bytes(meta::text text, std::size_t max_bytes) noexcept {
  if (text.size <= max_bytes) return text;
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(text.data[i]) & 0xC0) == 0x80; };
  std::size_t lead = max_bytes;
  while (lead > 0 && max_bytes - lead < 3 && continues(lead)) --lead;
  const utf8_step step = next_utf8({text.data + lead, text.size - lead});
  const bool torn = step.valid && lead + step.size > max_bytes;
  return {text.data, torn ? lead : max_bytes};
}

}  // namespace sonde::encoding
