// SPDX-License-Identifier: MIT
#pragma once

// The small grammar that values of environment variables share: blanks, letter case, numbers, percent encoding, and
// placeholders a shell should have replaced. Used by the reader and by whoever parses a header or a sampler argument.

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace sonde::environment {

/// `text` without the blanks (space, tab, CR, LF) at its ends.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// ASCII only, whatever the locale.
[[nodiscard]] constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

[[nodiscard]] constexpr bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (upper(a[i]) != upper(b[i])) return false;
  return true;
}

/// Fit for one line of a terminal: a control character reads `?`.
[[nodiscard]] inline std::string printable(std::string_view text) {
  std::string shown{text};
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return shown;
}

/// Whether `part` occurs in `text`.
[[nodiscard]] constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
  for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
    if (same_ignoring_case(text.substr(i, part.size()), part)) return true;
  return false;
}

enum class number_error : unsigned char { none, not_a_number, out_of_range };

/// The whole of `text` as a number, locale independent; `value` is untouched on error.
template <class Number>
[[nodiscard]] number_error parse_number(std::string_view text, Number& value) noexcept {
  Number parsed{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, parsed);
  if (error == std::errc::invalid_argument || stopped != end) return number_error::not_a_number;
  if (error == std::errc::result_out_of_range) return number_error::out_of_range;
  value = parsed;
  return number_error::none;
}

/// The shortest text that reads back as `value`.
template <class Number>
[[nodiscard]] std::string written(Number value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (upper(c) >= 'A' && upper(c) <= 'F') return upper(c) - 'A' + 10;
  return -1;
}

/// `text` with each `%XX` replaced by its byte; `+` stays. Nothing if a `%` is not followed by two hex digits.
[[nodiscard]] inline std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

/// Whether `text` is nothing but `${…}` or `$NAME`: a reference that a shell or compose file should have replaced.
[[nodiscard]] constexpr bool is_placeholder(std::string_view text) noexcept {
  if (text.size() < 2 || text[0] != '$') return false;
  if (text[1] == '{') return text.size() > 3 && text.find('}') == text.size() - 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = upper(text[i]);
    if (!(c == '_' || (c >= 'A' && c <= 'Z') || (i > 1 && c >= '0' && c <= '9'))) return false;
  }
  return true;
}

/// Whether `text` has a `${…}` somewhere in it.
[[nodiscard]] constexpr bool has_placeholder(std::string_view text) noexcept {
  const std::size_t open = text.find("${");
  return open != std::string_view::npos && text.find('}', open) != std::string_view::npos;
}

}  // namespace sonde::environment
