// SPDX-License-Identifier: MIT
#pragma once

// Whole numbers as decimal digits, without <charconv>. Used by the JSON and time writers.

#include <cstddef>
#include <cstdint>

namespace sonde::encoding {

inline constexpr std::size_t max_integer_size = 20;

/// How many digits `value` has.
[[nodiscard]] constexpr std::size_t unsigned_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value >= 10000; value /= 10000) size += 4;
  return size + (value >= 10) + (value >= 100) + (value >= 1000);
}
[[nodiscard]] constexpr std::size_t integer_size(std::int64_t value) noexcept {
  return value < 0 ? 1 + unsigned_size(0 - static_cast<std::uint64_t>(value))
                   : unsigned_size(static_cast<std::uint64_t>(value));
}

/// Exactly `width` digits, zeros on the left. `value` must fit.
constexpr char* put_padded(char* at, std::uint64_t value, std::size_t width) noexcept {
  constexpr const char* pairs =
      "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354"
      "555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
  char* const end = at + width;
  char* digit = end;
  for (; digit - at >= 2; value /= 100) {
    const std::size_t pair = static_cast<std::size_t>(value % 100) * 2;
    *--digit = pairs[pair + 1];
    *--digit = pairs[pair];
  }
  if (digit != at) *--digit = static_cast<char>('0' + value % 10);
  return end;
}
constexpr char* put_unsigned(char* at, std::uint64_t value) noexcept {
  return put_padded(at, value, unsigned_size(value));
}
constexpr char* put_integer(char* at, std::int64_t value) noexcept {
  if (value >= 0) return put_unsigned(at, static_cast<std::uint64_t>(value));
  *at++ = '-';
  return put_unsigned(at, 0 - static_cast<std::uint64_t>(value));
}

}  // namespace sonde::encoding
