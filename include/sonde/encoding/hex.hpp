// SPDX-License-Identifier: MIT
#pragma once

// Bytes as hexadecimal digits and back. Used for trace and span ids, and for signatures.

#include <cstddef>

#include <sonde/meta/text.hpp>

namespace sonde::encoding {

/// Two lowercase digits per byte.
constexpr char* put_hex(char* at, const unsigned char* bytes, std::size_t size) noexcept {
  for (std::size_t i = 0; i < size; ++i) {
    *at++ = "0123456789abcdef"[bytes[i] >> 4];
    *at++ = "0123456789abcdef"[bytes[i] & 15];
  }
  return at;
}

/// 0 to 15, or -1 for what is no hexadecimal digit of either case.
[[nodiscard]] constexpr int hex_digit(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// Fills `size` bytes from exactly `2 * size` digits of either case. False, and `bytes` left as they were, for anything
/// else.
[[nodiscard]] constexpr bool from_hex(meta::text digits, unsigned char* bytes, std::size_t size) noexcept {
  if (digits.size / 2 != size || digits.size % 2 != 0) return false;
  for (std::size_t i = 0; i < digits.size; ++i)
    if (hex_digit(digits.data[i]) < 0) return false;
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<unsigned char>(hex_digit(digits.data[2 * i]) * 16 + hex_digit(digits.data[2 * i + 1]));
  return true;
}

}  // namespace sonde::encoding
