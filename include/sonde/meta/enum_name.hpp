// SPDX-License-Identifier: MIT
#pragma once

// The enumerator's name of an enum's value, from one look at __PRETTY_FUNCTION__ per enum. Attributes and log arguments
// of enum type are written by it. Costs 10 to 20 ms of compile time and 300 bytes of read-only data per enum.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <sonde/meta/text.hpp>

namespace sonde::meta {

/// Scoped, or with a type in its declaration (`enum level : int`): every value of that type may be cast to it. In
/// others a cast beyond the enumerators is undefined, so their names cannot be asked for.
template <class Enum>
concept fixed_enum = std::is_enum_v<Enum> && requires {
  Enum{0};
};

/// Which values are asked for their names: -8 to 127, 0 to 127 where the type has no sign.
template <fixed_enum Enum>
struct enum_range {
  using type = std::underlying_type_t<Enum>;
  static constexpr int first = std::is_signed_v<type> ? -8 : 0;
  static constexpr std::size_t count = std::is_same_v<type, bool> ? 2 : static_cast<std::size_t>(128 - first);
};

template <class Enum, Enum... Values>
[[nodiscard]] consteval text values_signature() noexcept {
  return {__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
}
template <class Enum, std::size_t... Indices>
[[nodiscard]] consteval text enum_signature(std::index_sequence<Indices...>) noexcept {
  // Asking for an enumerator, even one that does not exist, makes Clang look into an enum that is a template's member.
  (void) requires { Enum::instantiate_the_definition; };
  return values_signature<Enum, static_cast<Enum>(enum_range<Enum>::first + static_cast<int>(Indices))...>();
}
template <class Enum>
[[nodiscard]] consteval text enum_signature() noexcept {
  return enum_signature<Enum>(std::make_index_sequence<enum_range<Enum>::count>{});
}

/// Where the names lie in a signature, in one pass over it: everything here is paid at each enum's compile time.
template <std::size_t Count>
struct enumerator_positions {
  std::size_t begin[Count]{};
  std::size_t size[Count]{};  // 0: no name
  std::size_t total = 0;

  /// Reads the list behind `Values = `: `{(app::colour)-8, ..., app::colour::red, ...}`, between angle brackets by
  /// Clang.
  consteval explicit enumerator_positions(text in) noexcept {
    std::size_t at = 0;
    while (in.data[at] != '=' || in.data[at - 2] != 's' || !(text{in.data + at - 7, 7} == text{"Values ", 7})) ++at;
    at += 3;
    std::size_t cast = 0;  // the size of `(app::colour)`, once seen
    for (std::size_t i = 0; i < Count; ++i) {
      if (cast != 0 && in.data[at] == '(' && in.data[at + cast - 1] == ')' && is_number(in.data[at + cast])) {
        for (at += cast; in.data[at] != ',' && in.data[at] != in.data[in.size - 2]; ++at) {
        }
      } else {
        const std::size_t entry = at;
        std::size_t word = at;  // where the last word begins
        for (std::size_t depth = 0; depth != 0 || !ends(in.data[at]); ++at) {
          const char c = in.data[at];
          depth += c == '<' || c == '(' || c == '{';
          depth -= c == '>' || c == ')' || c == '}';
          if (!is_word(c)) word = at + 1;
          if (c == ')' && depth == 0 && is_number(in.data[at + 1])) cast = at + 1 - entry;
        }
        if (word != at && !is_number(in.data[word])) {
          begin[i] = word;
          size[i] = at - word;
          total += at - word;
        }
      }
      at += 2;  // ", "
    }
  }

 private:
  [[nodiscard]] static constexpr bool ends(char c) noexcept { return c == ',' || c == '}' || c == '>'; }
  [[nodiscard]] static constexpr bool is_number(char c) noexcept { return c == '-' || (c >= '0' && c <= '9'); }
  [[nodiscard]] static constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
};

/// All names of an enum, one behind the other.
template <std::size_t Count, std::size_t Room>
struct enum_names {
  char characters[Room + 1]{};
  std::uint16_t ends[Count]{};

  consteval enum_names(text signature, const enumerator_positions<Count>& names) noexcept {
    std::uint16_t end = 0;
    for (std::size_t i = 0; i < Count; ++i) {
      for (std::size_t j = 0; j < names.size[i]; ++j) characters[end++] = signature.data[names.begin[i] + j];
      ends[i] = end;
    }
  }
};

template <class Enum>
[[nodiscard]] consteval auto read_enum_names() noexcept {
  constexpr text signature = enum_signature<Enum>();
  constexpr enumerator_positions<enum_range<Enum>::count> names(signature);
  static_assert(names.total <= 0xFFFF,
                "sonde: the names of this enum's values are longer than 65535 characters together");
  return enum_names<enum_range<Enum>::count, names.total>(signature, names);
}

template <fixed_enum Enum>
[[gnu::visibility("hidden")]] inline constexpr auto enum_table = read_enum_names<Enum>();

/// The enumerator's name; empty for values without one and for those outside enum_range: write the number then.
template <fixed_enum Enum>
[[nodiscard]] constexpr text enum_name(Enum value) noexcept {
  using range = enum_range<Enum>;
  const std::uint64_t index =
      static_cast<std::uint64_t>(static_cast<typename range::type>(value)) - static_cast<std::uint64_t>(range::first);
  if (index >= range::count) return {};
  constexpr const auto& table = enum_table<Enum>;
  const std::size_t begin = index == 0 ? 0 : table.ends[index - 1];
  return {table.characters + begin, table.ends[index] - begin};
}

}  // namespace sonde::meta
