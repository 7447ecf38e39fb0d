// SPDX-License-Identifier: MIT
#pragma once

// The enumerator's name of an enum's value, from one look at __PRETTY_FUNCTION__ per enum. Attributes and log arguments
// of enum type are written by it. Costs about a millisecond of compile time and 300 bytes of read-only data per enum.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <sonde/meta/text.hpp>

namespace sonde::meta {

/// Scoped, or with a type in its declaration (`enum level : int`): every value of that type may be cast to it. In others
/// a cast beyond the enumerators is undefined, so their names cannot be asked for.
template <class Enum>
concept fixed_enum = std::is_enum_v<Enum> && requires { Enum{0}; };

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
  (void)requires { Enum::instantiate_the_definition; };
  return values_signature<Enum, static_cast<Enum>(enum_range<Enum>::first + static_cast<int>(Indices))...>();
}
template <class Enum>
[[nodiscard]] consteval text enum_signature() noexcept {
  return enum_signature<Enum>(std::make_index_sequence<enum_range<Enum>::count>{});
}

/// Reads the list behind `Values = `: `{(app::color)-8, ..., app::color::red, ...}`, between angle brackets by Clang.
class enumerator_reader {
 public:
  constexpr explicit enumerator_reader(text signature) noexcept : in_(signature) {
    constexpr text label{"Values = ", 9};
    while (!(text{in_.data + at_, label.size} == label)) ++at_;
    at_ += label.size + 1;
  }

  /// The next value's name; empty if it has none.
  [[nodiscard]] constexpr text next() noexcept {
    skip_known_cast();
    std::size_t word = at_;  // where the last word begins
    for (std::size_t depth = 0; depth != 0 || !ends(in_.data[at_]); ++at_) {
      const char c = in_.data[at_];
      if (c == '<' || c == '(' || c == '{') ++depth;
      if (c == '>' || c == ')' || c == '}') --depth;
      if (c == ')' && depth == 0 && !ends(in_.data[at_ + 1]) && in_.data[at_ + 1] != ':') cast_ = at_ + 1 - begin_;
      if (!is_word(c)) word = at_ + 1;
    }
    const text name{in_.data + word, at_ - word};
    at_ += 2;  // ", "
    begin_ = at_;
    const bool named = !name.empty() && (name.data[0] < '0' || name.data[0] > '9');
    return named ? name : text{};
  }

 private:
  /// Most values have no name; once the size of `(app::color)` is known, it is not read again.
  constexpr void skip_known_cast() noexcept {
    begin_ = at_;
    if (cast_ == 0 || in_.data[at_] != '(' || at_ + cast_ >= in_.size || in_.data[at_ + cast_ - 1] != ')') return;
    const char after = in_.data[at_ + cast_];
    if (after == '-' || (after >= '0' && after <= '9')) at_ += cast_;
  }
  [[nodiscard]] static constexpr bool ends(char c) noexcept { return c == ',' || c == '}' || c == '>'; }
  [[nodiscard]] static constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  text in_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t cast_ = 0;
};

/// All names of an enum, one behind the other.
template <std::size_t Count, std::size_t Room>
struct enum_names {
  char characters[Room + 1]{};
  std::uint16_t ends[Count]{};

  consteval explicit enum_names(text signature) noexcept {
    enumerator_reader reader(signature);
    std::uint16_t end = 0;
    for (std::size_t i = 0; i < Count; ++i) {
      const text name = reader.next();
      for (std::size_t j = 0; j < name.size; ++j) characters[end++] = name.data[j];
      ends[i] = end;
    }
  }
};

[[nodiscard]] consteval std::size_t size_of_names(text signature, std::size_t count) noexcept {
  enumerator_reader reader(signature);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += reader.next().size;
  return sum;
}

template <class Enum>
[[nodiscard]] consteval auto read_enum_names() noexcept {
  constexpr std::size_t count = enum_range<Enum>::count;
  constexpr std::size_t room = size_of_names(enum_signature<Enum>(), count);
  static_assert(room <= 0xFFFF, "sonde: the names of this enum's values are longer than 65535 characters together");
  return enum_names<count, room>(enum_signature<Enum>());
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
