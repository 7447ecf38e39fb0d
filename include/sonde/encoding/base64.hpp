// SPDX-License-Identifier: MIT
#pragma once

// Bytes as base64 with padding. Used where JSON carries bytes (attributes of type bytes) and for HTTP credentials.
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

}  // namespace sonde::encoding
