// SPDX-License-Identifier: MIT
#pragma once

// KeyValues of the frequent kinds, written without a call or a loop into room that is there already. Used by plain_span.hpp
// and, behind a check of the room, by protobuf_writer.hpp. Source: opentelemetry-proto 1.11, common.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sonde/encoding/protobuf.hpp>
#include <sonde/record/registry.hpp>

namespace sonde::otlp {

/// The tag of a field below 16, which is one byte.
[[nodiscard]] constexpr char tag_of(std::uint32_t field, encoding::wire_type type) noexcept {
  return static_cast<char>(field << 3 | static_cast<std::uint32_t>(type));
}
[[nodiscard]] constexpr char bytes_tag(std::uint32_t field) noexcept { return tag_of(field, encoding::wire_type::bytes); }

inline constexpr char value_tag = bytes_tag(2);  // KeyValue.value
inline constexpr char text_tag = bytes_tag(1);   // AnyValue.string_value
inline constexpr char bool_tag = tag_of(2, encoding::wire_type::varint);
inline constexpr char int_tag = tag_of(3, encoding::wire_type::varint);
inline constexpr char double_tag = tag_of(4, encoding::wire_type::fixed64);

inline constexpr std::size_t longest_short_text = 120;  // with its tags and lengths still below 128
/// More than the functions below write, beside the key: tags, lengths, a short text, padding.
inline constexpr std::size_t short_attribute_room = longest_short_text + record::padded_view::padding + 40;

/// Up to four bytes in one piece.
[[nodiscard, gnu::always_inline]] inline char* put_four(char* at, char first, std::size_t second, char third = 0,
                                                        std::size_t fourth = 0) noexcept {
  const auto byte = [](char tag) { return std::uint32_t{static_cast<unsigned char>(tag)}; };
  return encoding::put_fixed32(at, byte(first) | static_cast<std::uint32_t>(second) << 8 | byte(third) << 16 |
                                       static_cast<std::uint32_t>(fourth) << 24);
}

/// Writes the padding too.
[[nodiscard, gnu::always_inline]] inline char* put_block(char* at, record::padded_view bytes) noexcept {
  std::memcpy(at, bytes.data, record::padded_view::padding);
  if (bytes.size > record::padded_view::padding) [[unlikely]]
    std::memcpy(at, bytes.data, bytes.size);
  return at + bytes.size;
}

/// Tag, length and key of a KeyValue whose value, with its own tag and length, takes `value_size` bytes.
[[nodiscard, gnu::always_inline]] inline char* put_key(char* at, char tag, record::padded_view key,
                                                       std::size_t value_size) noexcept {
  const std::size_t size = key.size + value_size;
  *at = tag;
  if (size < 128) [[likely]] {
    at[1] = static_cast<char>(size);
    at += 2;
  } else {
    at = encoding::put_varint(at + 1, size);
  }
  return put_block(at, key);
}

[[nodiscard, gnu::always_inline]] inline char* put_boolean(char* at, char tag, record::padded_view key,
                                                           bool value) noexcept {
  return put_four(put_key(at, tag, key, 4), value_tag, 2, bool_tag, value ? 1 : 0);
}

[[nodiscard, gnu::noinline]] inline char* put_large_integer(char* at, char tag, record::padded_view key,
                                                            std::uint64_t bits) noexcept {
  const std::size_t size = 1 + encoding::varint_size(bits);
  return encoding::put_varint(put_four(put_key(at, tag, key, 2 + size), value_tag, size, int_tag) - 1, bits);
}
[[nodiscard, gnu::always_inline]] inline char* put_integer(char* at, char tag, record::padded_view key,
                                                           std::int64_t value) noexcept {
  const auto bits = static_cast<std::uint64_t>(value);
  if (bits >= 1u << 28) [[unlikely]]
    return put_large_integer(at, tag, key, bits);
  // Up to four groups at once: how many there are differs from span to span, and a guess gone wrong costs 20 cycles.
  const auto low = static_cast<std::uint32_t>(bits);
  const std::uint32_t highest_bit = 31u ^ static_cast<std::uint32_t>(__builtin_clz(low | 1));
  const std::uint32_t size = (highest_bit * 9 + 73) / 64;
  const std::uint32_t pairs = (low & 0x3FFFu) | (low & 0xFFF'C000u) << 2;
  const std::uint32_t groups = (pairs & 0x7F'007Fu) | (pairs & 0x3F80'3F80u) << 1;
  const std::uint32_t more = 0x80'8080u & ~(~0u << 8 * (size - 1));
  at = put_four(put_key(at, tag, key, 3 + size), value_tag, 1 + size, int_tag) - 1;
  static_cast<void>(encoding::put_fixed32(at, groups | more));
  return at + size;
}

[[nodiscard, gnu::always_inline]] inline char* put_double(char* at, char tag, record::padded_view key,
                                                          double value) noexcept {
  return encoding::put_double(put_four(put_key(at, tag, key, 11), value_tag, 9, double_tag) - 1, value);
}

/// The `count` bytes of `block` that come first in memory.
[[nodiscard]] inline std::uint64_t first_bytes(std::uint64_t block, std::size_t count) noexcept {
  const std::size_t unwanted = 8 * (sizeof block - count);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) return block >> unwanted;
  return block << unwanted;
}

/// Copies and looks over in one pass. `from` is a record's payload: padded to eight bytes, as what is written is.
[[nodiscard, gnu::always_inline]] inline bool copy_ascii(char* to, const char* from, std::size_t size) noexcept {
  std::uint64_t seen = 0;
  const auto copy = [&](std::size_t offset) {
    std::uint64_t block;
    std::memcpy(&block, from + offset, sizeof block);
    std::memcpy(to + offset, &block, sizeof block);
    return block;
  };
  if (size >= 8) [[likely]] {  // the last eight bytes may overlap those before them
    seen = copy(0) | copy(size - 8);
    for (std::size_t done = 8; done + 8 < size; done += 8) seen |= copy(done);
  } else if (size != 0) {
    seen = first_bytes(copy(0), size);
  }
  return (seen & 0x8080808080808080u) == 0;
}

/// A record's text of at most `longest_short_text` bytes; null where it is not ASCII, and so has to be looked at closely.
[[nodiscard, gnu::always_inline]] inline char* put_short_text(char* at, char tag, record::padded_view key,
                                                              const char* text, std::size_t size) noexcept {
  at = put_four(put_key(at, tag, key, 4 + size), value_tag, 2 + size, text_tag, size);
  return copy_ascii(at, text, size) ? at + size : nullptr;
}

}  // namespace sonde::otlp
