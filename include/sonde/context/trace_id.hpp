// SPDX-License-Identifier: MIT
#pragma once

// The 16 bytes every span of one trace shares, in the order they are written on the wire (big-endian).

#include <cstddef>

#include <sonde/encoding/hex.hpp>
#include <sonde/meta/fixed_string.hpp>

namespace sonde {

/// All zero means "no trace". `trace_id id;` is left uninitialised on purpose (guards hold one); write `trace_id{}`.
/// Source: W3C Trace Context, "trace-id".
struct trace_id {
  alignas(8) unsigned char bytes[16];

  [[nodiscard]] constexpr bool valid() const noexcept {
    if (!__builtin_is_constant_evaluated()) {  // a compiler may leave the loop a loop
      unsigned long long halves[2];
      __builtin_memcpy(halves, bytes, sizeof halves);
      return (halves[0] | halves[1]) != 0;
    }
    for (unsigned char byte : bytes)
      if (byte != 0) return true;
    return false;
  }
  /// 32 lowercase hexadecimal digits.
  [[nodiscard]] constexpr meta::fixed_string<32> to_hex() const noexcept {
    meta::fixed_string<32> text;
    encoding::put_hex(text.value, bytes, sizeof bytes);
    return text;
  }
  friend constexpr bool operator==(const trace_id&, const trace_id&) = default;
};

}  // namespace sonde
