// SPDX-License-Identifier: MIT
#pragma once

// The 8 bytes that name one span within its trace, in wire order (big-endian).

#include <cstddef>

#include <sonde/encoding/hex.hpp>
#include <sonde/meta/fixed_string.hpp>

namespace sonde {

/// All zero means "no span". `span_id id;` is left uninitialised on purpose; write `span_id{}`.
/// Source: W3C Trace Context, "parent-id".
struct span_id {
  alignas(8) unsigned char bytes[8];

  [[nodiscard]] constexpr bool valid() const noexcept {
    if (!__builtin_is_constant_evaluated()) {  // a compiler may leave the loop a loop
      unsigned long long whole;
      __builtin_memcpy(&whole, bytes, sizeof whole);
      return whole != 0;
    }
    for (unsigned char byte : bytes)
      if (byte != 0) return true;
    return false;
  }
  /// 16 lowercase hexadecimal digits.
  [[nodiscard]] constexpr meta::fixed_string<16> to_hex() const noexcept {
    meta::fixed_string<16> text;
    encoding::put_hex(text.value, bytes, sizeof bytes);
    return text;
  }
  friend constexpr bool operator==(const span_id&, const span_id&) = default;
};

}  // namespace sonde
