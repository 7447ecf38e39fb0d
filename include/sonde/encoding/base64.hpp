// SPDX-License-Identifier: MIT
#pragma once

// Bytes as base64 and back. Used where JSON or a header carries bytes: attributes of type bytes, gRPC's details of an error.
// Source: RFC 4648, section 4.

#include <cstddef>
#include <cstdint>

#include <sonde/meta/text.hpp>

namespace sonde::encoding {

[[nodiscard]] constexpr std::size_t base64_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

/// Writes base64_size(bytes.size) characters and returns where it stopped.
constexpr char* put_base64(char* at, meta::text bytes) noexcept {
  constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size ? static_cast<unsigned char>(bytes.data[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size; i += 3) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *at++ = alphabet[group >> 18];
    *at++ = alphabet[group >> 12 & 63];
    *at++ = i + 1 < bytes.size ? alphabet[group >> 6 & 63] : '=';
    *at++ = i + 2 < bytes.size ? alphabet[group & 63] : '=';
  }
  return at;
}

/// Writes the bytes at `at`, where there is room for three for every four characters, and returns where it stopped; null if it
/// is no base64. Padding may be missing.
[[nodiscard]] constexpr char* get_base64(char* at, meta::text digits) noexcept {
  while (digits.size != 0 && digits.data[digits.size - 1] == '=') --digits.size;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < digits.size; ++i) {
    const char c = digits.data[i];
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (value < 0) return nullptr;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *at++ = static_cast<char>(group >> bits & 0xFF);
  }
  return bits == 6 ? nullptr : at;
}

}  // namespace sonde::encoding
