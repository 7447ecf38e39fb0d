// SPDX-License-Identifier: MIT
#pragma once

// Baggage as people write and read it: any text, where the header has percent-encoded ASCII. Allocates; for those who set or
// want a value, never for passing one on. Source: W3C Baggage, "value".

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/encoding/hex.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/propagation/baggage.hpp>

namespace sonde::propagation {

/// `Am%C3%A9lie` to UTF-8. What is ill-formed there becomes U+FFFD, a `%` without two digits stands for itself, and so does `+`.
[[nodiscard]] inline std::string decoded_baggage(std::string_view value) {
  std::string bytes;
  bytes.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    unsigned char byte = 0;
    if (value[i] == '%' && encoding::from_hex(borrowed(value.substr(i + 1, 2)), &byte, 1)) {
      bytes += static_cast<char>(byte);
      i += 2;
    } else {
      bytes += value[i];
    }
  }
  std::string text(encoding::sanitised_size(borrowed(bytes)), '\0');
  encoding::put_sanitised(text.data(), borrowed(bytes));
  return text;
}

/// The reverse: nothing but characters that a value may have.
[[nodiscard]] inline std::string encoded_baggage(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (const char c : text) {
    if (c != '%' && baggage_octets.has(c)) {
      value += c;
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    value += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return value;
}

/// `key=value` for field_lines::add, any text as its value. Empty where the key is not a token: letters, digits, `-_.` and
/// the like.
[[nodiscard]] inline std::string make_baggage(std::string_view key, std::string_view value) {
  if (key.empty() || !token_characters.has_all(key)) return {};
  return std::string{key} + '=' + encoded_baggage(value);
}

}  // namespace sonde::propagation
