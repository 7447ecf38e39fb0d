// SPDX-License-Identifier: MIT
#pragma once

// Log records by level: text by fmt, its format checked when the program is compiled; attributes beside the text; the
// ids of the active span and the place of the call attached.

#include <concepts>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <fmt/core.h>

#include <sonde/config.hpp>
#include <sonde/log/log_record.hpp>
#include <sonde/log/message.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace log {

template <class T>
inline constexpr bool is_attribute = false;
template <meta::fixed_string Key, class Value>
inline constexpr bool is_attribute<attribute<Key, Value>> = true;

template <class... T>
struct type_list {
  template <class... More>
  friend consteval type_list<T..., More...> operator+(type_list, type_list<More...>) {
    return {};
  }
  using format = fmt::format_string<T...>;
};

/// fmt's format string for those arguments that are no attributes.
template <class... Arguments>
using format_of = typename decltype((type_list<>{} + ... +
                                     std::conditional_t<is_attribute<std::remove_cvref_t<Arguments>>, type_list<>,
                                                        type_list<Arguments>>{}))::format;

/// A format, checked against its arguments, and the place of the call.
template <class... Arguments>
class located_format {
 public:
  template <std::convertible_to<std::string_view> Text>
  consteval located_format(const Text& text, const char* file = __builtin_FILE(), unsigned line = __builtin_LINE(),
                           const char* function = __builtin_FUNCTION())
      : format{text}, from{capture_location ? record::call_site{file, line, function} : record::call_site{}} {}

  format_of<Arguments...> format;
  record::call_site from;
};

template <bool Wanted, class T>
[[nodiscard]] constexpr auto select(T& argument) noexcept {
  if constexpr (Wanted)
    return std::tuple<T&>{argument};
  else
    return std::tuple<>{};
}

template <class... Arguments>
void emit(level severity, const located_format<Arguments...>& message,
          std::remove_reference_t<Arguments>&... arguments) noexcept {
  record::log_record made{severity};
  record::frame* into = made.target();
  if (into == nullptr) return;
  const fmt::string_view format = message.format;
  if constexpr ((is_attribute<std::remove_cvref_t<Arguments>> || ...)) {
    const auto formatted = []<class T>(T& argument) { return select<!is_attribute<std::remove_const_t<T>>>(argument); };
    const auto attributes = []<class T>(T& argument) { return select<is_attribute<std::remove_const_t<T>>>(argument); };
    std::apply([&](auto&... each) { record::put_body(*into, format, fmt::make_format_args(each...)); },
               std::tuple_cat(formatted(arguments)...));
    std::apply([&](auto&... each) { record::put_attributes(*into, each...); },
               std::tuple_cat(attributes(arguments)...));
  } else {
    record::put_body(*into, format, fmt::make_format_args(arguments...));
  }
  record::put_call_site(*into, message.from);
}

/// One level's function. A function object, so that the six differ in one word.
template <level Level>
struct writer {
  template <class... Arguments>
  [[gnu::always_inline]] void operator()(
      [[maybe_unused]] std::type_identity_t<located_format<Arguments...>> message,
      [[maybe_unused]] Arguments&&... arguments) const noexcept {
    if constexpr (enabled && Level >= min_level) emit<Arguments...>(Level, message, arguments...);
  }
};

/// `sonde::log::info("{} activities for {}", count, handle, sonde::attr<"app.cache">(hit))`: attributes stand among the
/// arguments, first or last, and are no part of the text. Never throws: a formatter that does leaves the format itself as
/// the text, and is counted as cut. Gone at compile time below SONDE_MIN_LEVEL.
inline constexpr writer<level::trace> trace;
inline constexpr writer<level::debug> debug;
inline constexpr writer<level::info> info;
inline constexpr writer<level::warning> warning;
inline constexpr writer<level::error> error;
inline constexpr writer<level::critical> critical;

}  // namespace log
}  // namespace SONDE_ABI
}  // namespace sonde
