// SPDX-License-Identifier: MIT
#pragma once

// JSON text: the one place that escapes it. Sites keep their names escaped by it when the program is compiled; adapters
// and log records use it at run time. Whole numbers come from decimal.hpp; doubles are in json_number.hpp, which costs
// <charconv>. Source: RFC 8259, section 7.

#include <cstddef>
#include <cstdint>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/fixed_string.hpp>
#include <sonde/meta/text.hpp>

namespace sonde::encoding {

/// No byte grows beyond this many: a buffer of `max_escape * size` always suffices.
inline constexpr std::size_t max_escape = 6;

/// What the first character of a text becomes inside a JSON string.
struct json_escape {
  std::size_t consumed;  // bytes of the text
  std::size_t size;      // bytes of `bytes`
  char bytes[max_escape];
};

/// `rest` must not be empty. Ill-formed UTF-8 becomes U+FFFD; U+2028 and U+2029, line ends in older JavaScript, are
/// escaped.
[[nodiscard]] constexpr json_escape escape_next(meta::text rest) noexcept {
  const char first = rest.data[0];
  switch (first) {
    case '"':
      return {1, 2, {'\\', '"'}};
    case '\\':
      return {1, 2, {'\\', '\\'}};
    case '\b':
      return {1, 2, {'\\', 'b'}};
    case '\f':
      return {1, 2, {'\\', 'f'}};
    case '\n':
      return {1, 2, {'\\', 'n'}};
    case '\r':
      return {1, 2, {'\\', 'r'}};
    case '\t':
      return {1, 2, {'\\', 't'}};
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x20) return {1, 6, {'\\', 'u', '0', '0', "01"[byte >> 4], "0123456789abcdef"[byte & 15]}};
  if (byte < 0x80) return {1, 1, {first}};
  const utf8_step step = next_utf8(rest);
  if (!step.valid)
    return {step.size, 3, {utf8_replacement.data[0], utf8_replacement.data[1], utf8_replacement.data[2]}};
  if (step.size == 3 && rest.data[0] == '\xE2' && rest.data[1] == '\x80' &&
      (rest.data[2] == '\xA8' || rest.data[2] == '\xA9'))
    return {3, 6, {'\\', 'u', '2', '0', '2', rest.data[2] == '\xA8' ? '8' : '9'}};
  json_escape same{step.size, step.size, {}};
  for (std::size_t i = 0; i < step.size; ++i) same.bytes[i] = rest.data[i];
  return same;
}

/// Whether all eight bytes are ASCII that JSON takes as it is.
[[nodiscard]] constexpr bool clean_json(std::uint64_t block) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t tops = 0x8080808080808080u;
  const std::uint64_t quote = block ^ (ones * '"');
  const std::uint64_t backslash = block ^ (ones * '\\');
  // The top bit of a byte says: it was below 0x20, it was the quote, it was the backslash; of the last two, at least
  // one also says that it was not ASCII. Borrows between bytes can only add false alarms above a true one.
  return (((block - ones * 0x20) | (quote - ones) | (backslash - ones)) & tops) == 0;
}

/// The size of `text` inside a JSON string, the quotes around it not counted.
[[nodiscard]] constexpr std::size_t escaped_size(meta::text text) noexcept {
  std::size_t size = 0;
  std::size_t at = 0;
  while (at < text.size) {
    if (std::uint64_t block = 0; !__builtin_is_constant_evaluated() && text.size - at >= sizeof block) {
      __builtin_memcpy(&block, text.data + at, sizeof block);
      if (clean_json(block)) {
        at += sizeof block;
        size += sizeof block;
        continue;
      }
    }
    const json_escape next = escape_next({text.data + at, text.size - at});
    at += next.consumed;
    size += next.size;
  }
  return size;
}

/// Writes escaped_size(text) bytes, without quotes around them, and returns where it stopped.
constexpr char* put_escaped(char* to, meta::text text) noexcept {
  std::size_t at = 0;
  while (at < text.size) {
    if (std::uint64_t block = 0; !__builtin_is_constant_evaluated() && text.size - at >= sizeof block) {
      __builtin_memcpy(&block, text.data + at, sizeof block);
      if (clean_json(block)) {
        __builtin_memcpy(to, &block, sizeof block);
        at += sizeof block;
        to += sizeof block;
        continue;
      }
    }
    const json_escape next = escape_next({text.data + at, text.size - at});
    for (std::size_t i = 0; i < next.size; ++i) *to++ = next.bytes[i];
    at += next.consumed;
  }
  return to;
}

template <meta::fixed_string Text>
[[nodiscard]] consteval auto escape_json() noexcept {
  constexpr meta::text text{Text.value, Text.size()};
  meta::fixed_string<escaped_size(text)> escaped;
  put_escaped(escaped.value, text);
  return escaped;
}

/// The text, escaped, as a constant in read-only data; hidden for the reason given at field_bytes.
template <meta::fixed_string Text>
[[gnu::visibility("hidden")]] inline constexpr auto json_escaped = escape_json<Text>();

}  // namespace sonde::encoding
