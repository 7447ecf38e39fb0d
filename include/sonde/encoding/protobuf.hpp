// SPDX-License-Identifier: MIT
#pragma once

// The protobuf wire format as bytes behind a cursor: every put_ function writes at `at` and returns where it stopped.
// Sizes first, then bytes: the caller owns the buffer and knows that it is large enough. Used by span sites, whose
// fixed fields are encoded when the program is compiled, and by the OTLP encoder.
// Source: protobuf.dev, "Encoding".

#include <cstddef>
#include <cstdint>

#include <sonde/meta/fixed_string.hpp>

namespace sonde::encoding {

enum class wire_type : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

inline constexpr std::size_t max_varint_size = 10;

/// 1 to 10.
[[nodiscard]] constexpr std::size_t varint_size(std::uint64_t value) noexcept {
  const auto highest_bit = static_cast<std::size_t>(63 - __builtin_clzll(value | 1));
  return (highest_bit * 9 + 73) / 64;  // highest_bit / 7 + 1 without the division
}
[[nodiscard]] constexpr std::size_t tag_size(std::uint32_t field) noexcept {
  return varint_size(std::uint64_t{field} << 3);
}
/// A length-delimited field (string, bytes, message) of `size` bytes: tag, length and content.
[[nodiscard]] constexpr std::size_t bytes_field_size(std::uint32_t field, std::size_t size) noexcept {
  return tag_size(field) + varint_size(size) + size;
}
[[nodiscard]] constexpr std::size_t varint_field_size(std::uint32_t field, std::uint64_t value) noexcept {
  return tag_size(field) + varint_size(value);
}
[[nodiscard]] constexpr std::size_t fixed64_field_size(std::uint32_t field) noexcept { return tag_size(field) + 8; }
[[nodiscard]] constexpr std::size_t fixed32_field_size(std::uint32_t field) noexcept { return tag_size(field) + 4; }

constexpr char* put_varint(char* at, std::uint64_t value) noexcept {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

/// Always `Width` bytes, zeros on the left: lets a length be written after what it measures. Readers accept it.
/// `value` must be below 2^(7 * Width).
template <std::size_t Width>
constexpr char* put_padded_varint(char* at, std::uint64_t value) noexcept {
  static_assert(Width >= 1 && Width <= max_varint_size, "a varint has 1 to 10 bytes");
  for (std::size_t i = 1; i < Width; ++i, value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value & 0x7F);
  return at;
}

constexpr char* put_tag(char* at, std::uint32_t field, wire_type type) noexcept {
  return put_varint(at, (std::uint64_t{field} << 3) | static_cast<std::uint32_t>(type));
}

constexpr char* put_bytes(char* at, const char* bytes, std::size_t size) noexcept {
  if (__builtin_is_constant_evaluated()) {
    for (std::size_t i = 0; i < size; ++i) at[i] = bytes[i];
  } else {
    __builtin_memcpy(at, bytes, size);
  }
  return at + size;
}

constexpr char* put_fixed64(char* at, std::uint64_t value) noexcept {
  if (__builtin_is_constant_evaluated()) {
    for (int shift = 0; shift < 64; shift += 8) *at++ = static_cast<char>((value >> shift) & 0xFF);
    return at;
  }
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) value = __builtin_bswap64(value);
  __builtin_memcpy(at, &value, sizeof value);
  return at + sizeof value;
}
constexpr char* put_fixed32(char* at, std::uint32_t value) noexcept {
  if (__builtin_is_constant_evaluated()) {
    for (int shift = 0; shift < 32; shift += 8) *at++ = static_cast<char>((value >> shift) & 0xFF);
    return at;
  }
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) value = __builtin_bswap32(value);
  __builtin_memcpy(at, &value, sizeof value);
  return at + sizeof value;
}
constexpr char* put_double(char* at, double value) noexcept {
  return put_fixed64(at, __builtin_bit_cast(std::uint64_t, value));
}

/// Tag and length of a length-delimited field; its `size` bytes follow.
constexpr char* put_bytes_header(char* at, std::uint32_t field, std::size_t size) noexcept {
  return put_varint(put_tag(at, field, wire_type::bytes), size);
}
constexpr char* put_bytes_field(char* at, std::uint32_t field, const char* bytes, std::size_t size) noexcept {
  return put_bytes(put_bytes_header(at, field, size), bytes, size);
}
constexpr char* put_varint_field(char* at, std::uint32_t field, std::uint64_t value) noexcept {
  return put_varint(put_tag(at, field, wire_type::varint), value);
}
constexpr char* put_fixed64_field(char* at, std::uint32_t field, std::uint64_t value) noexcept {
  return put_fixed64(put_tag(at, field, wire_type::fixed64), value);
}
constexpr char* put_fixed32_field(char* at, std::uint32_t field, std::uint32_t value) noexcept {
  return put_fixed32(put_tag(at, field, wire_type::fixed32), value);
}

template <std::uint32_t Field, std::size_t N>
[[nodiscard]] consteval auto encode_bytes_field(const meta::fixed_string<N>& content) noexcept {
  meta::fixed_string<bytes_field_size(Field, N)> field;
  put_bytes_field(field.value, Field, content.value, N);
  return field;
}

/// A whole field as a constant in read-only data: tag, length and text. `field_bytes<5, "name">` is a span's name,
/// `field_bytes<1, "key">` a KeyValue's key. Constants join with `+`, and nest: `field_bytes<9, field_bytes<1,
/// "key">>`. Hidden, so that no dynamic symbol keeps a plugin from being unloaded (GCC makes visible ones
/// STB_GNU_UNIQUE).
template <std::uint32_t Field, meta::fixed_string Text>
[[gnu::visibility("hidden")]] inline constexpr auto field_bytes = encode_bytes_field<Field>(Text);

}  // namespace sonde::encoding
