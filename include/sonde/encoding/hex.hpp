// SPDX-License-Identifier: MIT
#pragma once

// Bytes as hexadecimal digits and back, eight or sixteen digits at a time. Used for trace and span ids in headers and records,
// and for signatures.

#include <cstddef>
#include <cstdint>

#include <sonde/meta/text.hpp>

namespace sonde::encoding {

/// The word that begins at `from`, first byte highest.
template <class Word, class Byte>
[[nodiscard]] constexpr Word big_endian(const Byte* from) noexcept {
  Word word = 0;
  if (__builtin_is_constant_evaluated() || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
    for (std::size_t i = 0; i < sizeof word; ++i) word = static_cast<Word>(word << 8 | static_cast<unsigned char>(from[i]));
    return word;
  }
  __builtin_memcpy(&word, from, sizeof word);  // compilers find the swap in no loop
  if constexpr (sizeof word == 8)
    return __builtin_bswap64(word);
  else
    return __builtin_bswap32(word);
}
template <class Word, class Byte>
constexpr void put_big_endian(Byte* to, Word word) noexcept {
  if (__builtin_is_constant_evaluated() || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
    for (std::size_t i = 0; i < sizeof word; ++i) to[i] = static_cast<Byte>(word >> 8 * (sizeof word - 1 - i) & 0xFF);
    return;
  }
  if constexpr (sizeof word == 8)
    word = __builtin_bswap64(word);
  else
    word = __builtin_bswap32(word);
  __builtin_memcpy(to, &word, sizeof word);
}

/// Eight characters in one word, the first in the highest byte: one lane each.
struct eight_characters {
  static constexpr std::uint64_t each = 0x0101010101010101;
  static constexpr std::uint64_t high_bits = 0x80 * each;

  std::uint64_t lanes;

  /// The digits of four bytes, lowercase.
  [[nodiscard]] static constexpr eight_characters of(const unsigned char* bytes) noexcept {
    std::uint64_t spread = big_endian<std::uint32_t>(bytes);
    spread = (spread << 16 | spread) & 0x0000FFFF0000FFFF;
    spread = (spread << 8 | spread) & 0x00FF00FF00FF00FF;
    spread = (spread << 4 | spread) & 0x0F * each;
    const std::uint64_t letters = (spread + 0x06 * each) >> 4 & each;
    return {spread + '0' * each + letters * ('a' - '0' - 10)};
  }
  [[nodiscard]] static constexpr eight_characters read(const char* from) noexcept {
    return {big_endian<std::uint64_t>(from)};
  }
  constexpr void write(char* to) const noexcept { put_big_endian(to, lanes); }

  /// Zero where all eight are digits; letters count only in lowercase unless `case_bit` is 0x20.
  [[nodiscard]] constexpr std::uint64_t faults(std::uint64_t case_bit) const noexcept {
    const std::uint64_t ascii = lanes & ~high_bits;
    const std::uint64_t folded = ascii | case_bit * each;
    const std::uint64_t digit = at_least(ascii, '0') & ~at_least(ascii, '9' + 1);
    const std::uint64_t letter = at_least(folded, 'a') & ~at_least(folded, 'f' + 1);
    return (lanes | ~(digit | letter)) & high_bits;
  }
  /// What the digits stand for.
  [[nodiscard]] constexpr std::uint32_t value() const noexcept {
    std::uint64_t packed = (lanes & 0x0F * each) + 9 * (lanes >> 6 & each);
    packed = (packed >> 4 | packed) & 0x00FF00FF00FF00FF;
    packed = (packed >> 8 | packed) & 0x0000FFFF0000FFFF;
    return static_cast<std::uint32_t>(packed >> 16 | packed);
  }

 private:
  /// The high bit of each lane whose character, below 128, is not less than `bound`.
  [[nodiscard]] static constexpr std::uint64_t at_least(std::uint64_t ascii, unsigned char bound) noexcept {
    return ascii + (128u - bound) * each;
  }
};

/// Two lowercase digits per byte.
constexpr char* put_hex(char* at, const unsigned char* bytes, std::size_t size) noexcept {
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4, at += 8) eight_characters::of(bytes + i).write(at);
  for (; i < size; ++i) {
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

enum class hex_case : unsigned char { lower, either };

/// Fills `size` bytes from exactly `2 * size` digits. False, and `bytes` left as they were, for anything else.
[[nodiscard]] constexpr bool from_hex(meta::text digits, unsigned char* bytes, std::size_t size,
                                      hex_case allowed = hex_case::either) noexcept {
  if (digits.size / 2 != size || digits.size % 2 != 0) return false;
  const std::uint64_t case_bit = allowed == hex_case::either ? 0x20 : 0;
  const std::size_t in_words = digits.size / 8 * 8;
  std::uint64_t faults = 0;
  for (std::size_t i = 0; i < in_words; i += 8) faults |= eight_characters::read(digits.data + i).faults(case_bit);
  for (std::size_t i = in_words; i < digits.size; ++i)
    faults |= hex_digit(digits.data[i]) < 0 || (case_bit == 0 && digits.data[i] >= 'A' && digits.data[i] <= 'F');
  if (faults != 0) return false;
  for (std::size_t i = 0; i < in_words; i += 8, bytes += 4)
    put_big_endian(bytes, eight_characters::read(digits.data + i).value());
  for (std::size_t i = in_words; i < digits.size; i += 2)
    *bytes++ = static_cast<unsigned char>(hex_digit(digits.data[i]) * 16 + hex_digit(digits.data[i + 1]));
  return true;
}

/// 0 to 255 from two lowercase digits, above that for anything else.
[[nodiscard]] constexpr unsigned lower_hex_byte(const char* digits) noexcept {
  const auto value = [](char digit) { return digit >= 'A' && digit <= 'F' ? -1 : hex_digit(digit); };
  return static_cast<unsigned>(value(digits[0]) * 16 | value(digits[1]));
}

/// Eight bytes from sixteen lowercase digits, by the vector registers that all machines have: an id is read with every request.
/// False, and `bytes` whatever it likes, for anything else.
[[nodiscard]] inline bool from_sixteen_lower(const char* digits, std::uint64_t& bytes) noexcept {
  using characters = unsigned char __attribute__((vector_size(16)));
  using pairs = std::uint16_t __attribute__((vector_size(16)));
  using octets = unsigned char __attribute__((vector_size(8)));
  using halves = std::uint64_t __attribute__((vector_size(16)));
  characters read;
  __builtin_memcpy(&read, digits, sizeof read);
  const characters number = read - '0';
  const characters letter = read - 'a';
  const auto is_number = static_cast<characters>(number <= 9);
  const auto is_letter = static_cast<characters>(letter <= 5);
  const auto nibbles = __builtin_bit_cast(pairs, (number & is_number) | ((letter + 10) & is_letter));
  bytes = __builtin_bit_cast(std::uint64_t, __builtin_convertvector((nibbles << 4 | nibbles >> 8) & 0xFF, octets));
  const auto wrong = __builtin_bit_cast(halves, ~(is_number | is_letter));
  return (wrong[0] | wrong[1]) == 0;
}
/// The same for an id within a longer text: the caller knows that 2 * Size characters are there. False, and `bytes` left as they
/// were, for what are no lowercase digits.
template <std::size_t Size>
  requires(Size % 8 == 0)
[[nodiscard]] constexpr bool from_lower_hex(const char* digits, unsigned char (&bytes)[Size]) noexcept {
  if (__builtin_is_constant_evaluated() || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
    return from_hex({digits, 2 * Size}, bytes, Size, hex_case::lower);
  std::uint64_t found[Size / 8]{};
  bool right = true;
  for (std::size_t i = 0; i < Size / 8; ++i) right &= from_sixteen_lower(digits + 16 * i, found[i]);
  if (right) __builtin_memcpy(bytes, found, Size);
  return right;
}

}  // namespace sonde::encoding
