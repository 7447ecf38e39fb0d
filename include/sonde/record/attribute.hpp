// SPDX-License-Identifier: MIT
#pragma once

// `attr<"key">(value)`: a key fixed at compile time beside a borrowed value, for events, links and log records.

#include <sonde/config.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/value.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Lives until the end of the full expression that made it.
template <meta::fixed_string Key, class Value>
struct attribute {
  static constexpr auto key = Key;
  const Value& value;
};

template <meta::fixed_string Key, class Value>
[[nodiscard, gnu::always_inline]] constexpr attribute<Key, Value> attr(const Value& value) noexcept {
  return {value};
}

}  // namespace SONDE_ABI

namespace record {

template <meta::fixed_string Key, meta::fixed_string... Rest>
[[nodiscard]] consteval bool distinct_keys() {
  if constexpr (sizeof...(Rest) == 0)
    return true;
  else
    return !((Key == Rest) || ...) && distinct_keys<Rest...>();
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
