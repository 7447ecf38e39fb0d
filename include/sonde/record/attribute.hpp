// SPDX-License-Identifier: MIT
#pragma once

// `attr<"key">(value)`: a key fixed at compile time beside a borrowed value, for events, links and log records.

#include <type_traits>

#include <sonde/config.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/value.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Held by value: a variable whose address is never taken keeps its register, also where the event vanishes.
template <class Value>
concept register_value = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

/// Lives until the end of the full expression that made it.
template <meta::fixed_string Key, class Value>
struct attribute {
  static constexpr auto key = Key;
  std::conditional_t<register_value<Value>, Value, const Value&> value;
};

template <class T>
inline constexpr bool is_attribute = false;
template <meta::fixed_string Key, class Value>
inline constexpr bool is_attribute<attribute<Key, Value>> = true;

template <meta::fixed_string Key, register_value Value>
[[nodiscard, gnu::always_inline]] constexpr attribute<Key, Value> attr(Value value) noexcept {
  return {value};
}
template <meta::fixed_string Key, class Value>
  requires(!register_value<Value>)
[[nodiscard, gnu::always_inline]] constexpr attribute<Key, Value> attr(const Value& value) noexcept {
  return {value};
}

}  // namespace SONDE_ABI

namespace record {

[[nodiscard]] consteval bool distinct(const meta::text* keys, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (keys[i] == keys[j]) return false;
  return true;
}
template <meta::fixed_string... Keys>
[[nodiscard]] consteval bool distinct_keys() {
  const meta::text keys[] = {meta::text{Keys.data(), Keys.size()}...};
  return distinct(keys, sizeof...(Keys));
}

/// The attributes of one event, link or log record.
template <meta::fixed_string... Keys, class... Values>
void put_attributes(frame& into, const attribute<Keys, Values>&... attributes) noexcept {
  if constexpr (sizeof...(Keys) > 1)
    static_assert(distinct_keys<Keys...>(), "sonde: a key may be used only once in an event, a link or a log record");
  (put_value(into, key<description_type::attribute, Keys>, attributes.value), ...);
}

}  // namespace record
}  // namespace sonde
