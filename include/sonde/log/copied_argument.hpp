// SPDX-License-Identifier: MIT
#pragma once

// The arguments of a log's format that are copied into its record as they are, so that the collector makes the text:
// truth values, characters, numbers, addresses and texts. They look the same to fmt then as they would here. Used by
// log.hpp and message.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/core.h>

#include <sonde/record/argument_kind.hpp>
#include <sonde/record/entries.hpp>

namespace sonde::record {

/// On its way into a record.
struct copied_argument {
  static constexpr std::uint32_t unfit = UINT32_MAX;

  std::uint64_t word;  // of a text: its address
  std::uint32_t size;  // of a text; `unfit` where that is longer than a record, or null
  argument_kind kind;

};
/// In a record.
[[nodiscard, gnu::always_inline]] inline std::size_t entry_size(const copied_argument& argument) noexcept {
  return sizeof(entry) + (argument.kind == argument_kind::text ? padded(argument.size) : sizeof argument.word);
}

template <class T>
inline constexpr bool is_string = false;
template <class Traits, class Allocator>
inline constexpr bool is_string<std::basic_string<char, Traits, Allocator>> = true;
template <class Traits>
inline constexpr bool is_string<std::basic_string_view<char, Traits>> = true;
template <>
inline constexpr bool is_string<fmt::string_view> = true;

template <class T>
inline constexpr bool is_c_string =
    std::is_same_v<std::decay_t<T>, char*> || std::is_same_v<std::decay_t<T>, const char*>;
template <class T>
inline constexpr bool is_address =
    std::is_null_pointer_v<T> || std::is_same_v<T, void*> || std::is_same_v<T, const void*>;
/// fmt knows no other characters and no wider numbers than these without a formatter.
template <class T>
inline constexpr bool is_number =
    std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char8_t> &&
     !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>);

/// Exactly these: a class derived from them may have a formatter of its own.
template <class T>
concept copyable_argument = is_number<T> || is_address<T> || is_c_string<T> || is_string<T>;

[[nodiscard, gnu::always_inline]] inline copied_argument copied_text(const char* data, std::size_t size) noexcept {
  return {reinterpret_cast<std::uint64_t>(data),
          size <= max_payload ? static_cast<std::uint32_t>(size) : copied_argument::unfit, argument_kind::text};
}
template <copyable_argument T>
[[nodiscard, gnu::always_inline]] inline copied_argument copied(const T& value) noexcept {
  if constexpr (std::is_same_v<T, bool>)
    return {value, 0, argument_kind::boolean};
  else if constexpr (std::is_same_v<T, char>)
    return {static_cast<unsigned char>(value), 0, argument_kind::character};
  else if constexpr (std::is_same_v<T, float>)
    return {__builtin_bit_cast(std::uint32_t, value), 0, argument_kind::single_real};
  else if constexpr (std::is_same_v<T, double>)
    return {__builtin_bit_cast(std::uint64_t, value), 0, argument_kind::real};
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    return {static_cast<std::uint64_t>(std::int64_t{value}), 0, argument_kind::integer};
  else if constexpr (std::is_integral_v<T>)
    return {value, 0, argument_kind::unsigned_integer};
  else if constexpr (is_address<T>)
    // NOLINTNEXTLINE(bugprone-casting-through-void): nullptr is an address too
    return {reinterpret_cast<std::uint64_t>(static_cast<const void*>(value)), 0, argument_kind::pointer};
  else if constexpr (is_string<T>)
    return copied_text(value.data(), value.size());
  else if (const char* const text = value; text != nullptr)
    return copied_text(text, __builtin_strlen(text));
  else
    return {0, copied_argument::unfit, argument_kind::text};
}

struct copied_arguments {
  const copied_argument* first;
  std::size_t count;
  std::size_t entries_size;  // more than `max_payload` where one of them is unfit, or all together are

  [[nodiscard]] const copied_argument* begin() const noexcept { return first; }
  [[nodiscard]] const copied_argument* end() const noexcept { return first + count; }
};
/// Calls `use` with copies of them.
template <copyable_argument... T, class Use>
[[gnu::always_inline]] inline void with_copies(Use use, const T&... arguments) noexcept {
  const copied_argument copies[] = {copied(arguments)..., {}};  // one more, since there may be none
  std::size_t size = 0;
  for (std::size_t i = 0; i < sizeof...(T); ++i) size += entry_size(copies[i]);
  use(copied_arguments{copies, sizeof...(T), size});
}

/// Where there is room for it; returns where the next goes.
[[nodiscard, gnu::always_inline]] inline char* write_entry(char* to, const copied_argument& argument) noexcept {
  const auto kind = static_cast<std::uint32_t>(argument.kind);
  if (argument.kind != argument_kind::text) {
    write_fixed(to, make_word(0, kind), entry_type::argument, argument.word);
    return to + sizeof(entry) + sizeof argument.word;
  }
  const std::uint64_t head = entry::make(kind, entry_type::argument, argument.size);
  __builtin_memcpy(to, &head, sizeof head);
  copy_text(to + sizeof head, {reinterpret_cast<const char*>(argument.word), argument.size});
  return to + sizeof head + padded(argument.size);
}
[[gnu::always_inline]] inline void write_entries(char* to, const copied_arguments& arguments) noexcept {
  for (const copied_argument& each : arguments) to = write_entry(to, each);
}

}  // namespace sonde::record
