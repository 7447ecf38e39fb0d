// SPDX-License-Identifier: MIT
#pragma once

// Which C++ values are attribute values, and how each becomes an entry. Recognises standard types by their shape, so that
// none of their headers is needed here.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <sonde/meta/enum_name.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/secret.hpp>

namespace sonde::record {

template <class T>
concept time_like = requires(const T& value) {
  T::clock::to_time_t(value);  // std::chrono::system_clock: the only standard clock that knows the date
  value.time_since_epoch().count();
};
template <class T>
concept duration_like = requires(const T& value) {
  value.count();
  T::period::num;
  T::period::den;
};
template <class T>
concept optional_like = !std::is_pointer_v<T> && requires(const T& value) {
  { value.has_value() } -> std::same_as<bool>;
  *value;
};
template <class T>
concept range_like = !meta::text_like<T> && requires(const T& value) {
  value.begin() != value.end();
  *value.begin();
} && !std::is_same_v<std::remove_cvref_t<decltype(*std::declval<const T&>().begin())>, T>;  // a path consists of paths
template <class T>
concept pair_like = requires(const T& value) {
  value.first;
  value.second;
};
template <class T>
concept c_string_like = std::is_convertible_v<const T&, const char*> && !std::is_null_pointer_v<T>;
template <class F>
concept lazy_value = std::is_invocable_v<F&> && !std::is_void_v<std::invoke_result_t<F&>>;

/// For aggregates; specialised in span/typed_attributes.hpp, reached through <sonde/attributes.hpp>.
template <class T>
struct aggregate_value {};

template <class T>
inline constexpr bool unsupported_value = false;

/// Nanoseconds of a std::chrono::duration; saturates rather than overflows.
template <duration_like T>
[[nodiscard]] constexpr std::int64_t nanoseconds_of(const T& duration) noexcept {
  constexpr double scale = 1e9 * static_cast<double>(T::period::num) / static_cast<double>(T::period::den);
  if constexpr (std::is_integral_v<decltype(duration.count())>) {
    constexpr std::int64_t per_second = 1'000'000'000;
    if constexpr (T::period::num == 1 && T::period::den <= per_second && per_second % T::period::den == 0) {
      std::int64_t nanoseconds = 0;
      if (!__builtin_mul_overflow(duration.count(), per_second / T::period::den, &nanoseconds)) return nanoseconds;
      return duration.count() < 0 ? INT64_MIN : INT64_MAX;
    }
  }
  const double nanoseconds = static_cast<double>(duration.count()) * scale;
  if (!(nanoseconds > -9.2e18)) return nanoseconds != nanoseconds ? 0 : INT64_MIN;
  return nanoseconds < 9.2e18 ? static_cast<std::int64_t>(nanoseconds) : INT64_MAX;
}

/// Keys inside arrays and maps carry no description.
inline constinit description no_key{.head = head_word(UINT32_MAX)};

/// Appends `value` under `key`. Anything without an attribute form is a compile error that says so.
template <class T>
[[gnu::always_inline]] inline void put_value(frame& into, description& key, const T& value) noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    put_boolean(into, key, value);
  } else if constexpr (std::is_same_v<T, char>) {
    put_text(into, key, {&value, 1});
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
    if constexpr (std::is_signed_v<T> || sizeof(T) < 8)
      put_integer(into, key, static_cast<std::int64_t>(value));
    else
      put_unsigned(into, key, value);
  } else if constexpr (std::is_floating_point_v<T>) {
    put_real(into, key, static_cast<double>(value));
  } else if constexpr (meta::fixed_enum<T>) {
    const meta::text name = meta::enum_name(value);
    if (name.empty())
      put_integer(into, key, static_cast<std::int64_t>(value));
    else
      put_text(into, key, name);
  } else if constexpr (std::is_enum_v<T>) {
    put_integer(into, key, static_cast<std::int64_t>(value));
  } else if constexpr (meta::text_like<T>) {
    put_text(into, key, {value.data(), static_cast<std::size_t>(value.size())});
  } else if constexpr (c_string_like<T>) {
    const char* const text = value;
    put_text(into, key, text == nullptr ? meta::text{} : meta::text{text, __builtin_strlen(text)});
  } else if constexpr (time_like<T>) {
    put_time(into, key, nanoseconds_of(value.time_since_epoch()));
  } else if constexpr (duration_like<T>) {
    put_duration(into, key, nanoseconds_of(value));
  } else if constexpr (optional_like<T>) {
    if (value.has_value()) put_value(into, key, *value);
  } else if constexpr (range_like<T>) {
    using element = std::remove_cvref_t<decltype(*value.begin())>;
    constexpr bool keyed = [] {
      if constexpr (pair_like<element>) return meta::text_like<std::remove_cvref_t<decltype(element::first)>>;
      return false;
    }();
    const opened_entry opened = begin(into, id_of(key), keyed ? entry_type::map : entry_type::array);
    for (const auto& each : value) {
      if constexpr (keyed) {
        put_pair(into, [&] { put_value(into, no_key, each.first); }, [&] { put_value(into, no_key, each.second); });
      } else {
        put_value(into, no_key, static_cast<const element&>(each));
      }
    }
    finish(into, opened);
  } else if constexpr (is_secret<T>) {
    static_assert(unsupported_value<T>,
                  "sonde: a sonde::secret is not recorded; record something else instead, such as its length");
  } else if constexpr (requires { aggregate_value<T>::put(into, key, value); }) {
    aggregate_value<T>::put(into, key, value);
  } else {
    static_assert(unsupported_value<T>,
                  "sonde: a value of this type has no attribute form; pass a bool, number, text, enum, chrono time or "
                  "duration, an optional or range of these, or include <sonde/attributes.hpp> for aggregates");
  }
}

/// C arrays arrive here by reference; text literals are the common case, and their length folds.
template <std::size_t N>
[[gnu::always_inline]] inline void put_value(frame& into, description& key, const char (&value)[N]) noexcept {
  put_text(into, key, {value, value[N - 1] == '\0' ? __builtin_strlen(value) : N});
}
template <class T, std::size_t N>
void put_value(frame& into, description& key, const T (&value)[N]) noexcept {
  const opened_entry opened = begin(into, id_of(key), entry_type::array);
  for (const T& each : value) put_value(into, no_key, each);
  finish(into, opened);
}

/// A name, a status message, a body: text of any text-like type.
template <class Text>
void put_part(frame& into, entry_type type, const Text& text) noexcept {
  static_assert(meta::text_like<Text> || c_string_like<Text>, "sonde: text is needed here (a string, a view or a literal)");
  if constexpr (meta::text_like<Text>) {
    put_text(into, 0, type, {text.data(), static_cast<std::size_t>(text.size())});
  } else {
    const char* const characters = text;
    if (characters != nullptr) put_text(into, 0, type, {characters, __builtin_strlen(characters)});
  }
}

}  // namespace sonde::record
