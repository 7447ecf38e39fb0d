// SPDX-License-Identifier: MIT
#pragma once

// Log records by level: text by fmt, its format checked when the program is compiled, its arguments copied; attributes
// beside the text; the ids of the active span and the place of the call attached.

#include <concepts>
#include <string_view>
#include <type_traits>

#include <fmt/core.h>

#include <sonde/config.hpp>
#include <sonde/log/argument_list.hpp>
#include <sonde/log/log_site.hpp>
#include <sonde/log/message.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace log {

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
                                     std::conditional_t<is_attribute_argument<Arguments>, type_list<>,
                                                        type_list<Arguments>>{}))::format;

/// A format, checked against its arguments, and the place of the call.
template <class... Arguments>
class located_format {
 public:
  template <std::convertible_to<std::string_view> Text>
  consteval located_format(const Text& text, const char* file = __builtin_FILE(), unsigned line = __builtin_LINE(),
                           const char* function = __builtin_FUNCTION()) {
    static_cast<void>(format_of<Arguments...>{text});
    const std::string_view format = text;
    site = record::describe_log({format.data(), format.size()},
                                capture_location ? record::call_site{file, line, function} : record::call_site{});
  }

  record::log_site site{};
};

/// One for all calls with arguments of these types.
template <class... T>
void emit(level severity, const record::log_site& site, T&... arguments) noexcept {
  record::write_log(severity, site, record::copied(arguments)...);
}
template <class... T>
void emit_with_attributes(level severity, const record::log_site& site, T&... arguments) noexcept {
  record::recorder* const mine = record::recorder_for(severity);
  if (mine == nullptr) return;
  record::log_record made{mine, severity, 0, record::id_of(*mine, site)};
  with_selected<false>(
      [&](auto&... each) {
        record::with_copies(
            [&](const record::copied_arguments& copies) { record::put_arguments(*made.target(), site, copies); },
            each...);
      },
      arguments...);
  with_selected<true>([&](auto&... each) { record::put_attributes(*made.target(), each...); }, arguments...);
}
template <class... T>
void emit_formatted(level severity, const record::log_site& site, T&... arguments) noexcept {
  record::log_record made{record::recorder_for(severity), severity};
  record::frame* const into = made.target();
  if (into == nullptr) return;
  with_selected<false>([&](auto&... each) { record::put_body(*into, site, fmt::make_format_args(each...)); }, arguments...);
  with_selected<true>([&](auto&... each) { record::put_attributes(*into, each...); }, arguments...);
  record::put_call_site(*into, site.from);
}

/// One level's function. A function object, so that the six differ in one word.
template <level Level>
struct writer {
  template <class... Arguments>
  [[gnu::always_inline]] void operator()(
      [[maybe_unused]] std::type_identity_t<located_format<Arguments...>> message,
      [[maybe_unused]] Arguments&&... arguments) const noexcept {
    if constexpr (enabled && Level >= min_level) {
      if (!record::may_record(Level)) return;
      if constexpr (((is_attribute_argument<Arguments> ||
                      record::copyable_argument<std::remove_cvref_t<Arguments>>) && ...)) {
        constexpr bool may_be_address = (record::is_c_string<std::remove_cvref_t<Arguments>> || ...);
        if (!may_be_address || message.site.copies_arguments) {
          if constexpr ((is_attribute_argument<Arguments> || ...))
            return emit_with_attributes(Level, message.site, arguments...);
          else
            return emit(Level, message.site, arguments...);
        }
      }
      emit_formatted(Level, message.site, arguments...);
    }
  }
};

/// `sonde::log::info("{} activities for {}", count, handle, sonde::attr<"app.cache">(hit))`: attributes stand among the
/// arguments, first or last, and are no part of the text. Never throws: a formatter that does leaves the format itself as
/// the text, and is counted as cut. Gone at compile time below SONDE_MIN_LEVEL, not recorded below the session's level.
inline constexpr writer<level::trace> trace;
inline constexpr writer<level::debug> debug;
inline constexpr writer<level::info> info;
inline constexpr writer<level::warning> warning;
inline constexpr writer<level::error> error;
inline constexpr writer<level::critical> critical;

}  // namespace log
}  // namespace SONDE_ABI
}  // namespace sonde
