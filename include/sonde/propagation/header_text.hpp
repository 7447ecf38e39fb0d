// SPDX-License-Identifier: MIT
#pragma once

// How the values of header fields are taken apart: blanks around them, lists with a separator. Used by every parser of this
// room; all of it borrows from the header.

#include <cstddef>
#include <string_view>

#include <sonde/meta/text.hpp>

namespace sonde::propagation {

[[nodiscard]] constexpr std::string_view view(meta::text text) noexcept { return {text.data, text.size}; }
[[nodiscard]] constexpr meta::text borrowed(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Space and tab alone are optional white space in a header; a line break never is. Source: RFC 9110, section 5.6.3.
[[nodiscard]] constexpr std::string_view without_blanks(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// What stands between separators, one piece after the other, without blanks around it: `a, b,,c` has four.
class pieces {
 public:
  constexpr pieces(std::string_view text, char separator) noexcept : rest_{text}, separator_{separator} {}

  /// False after the last one.
  constexpr bool next(std::string_view& piece) noexcept {
    if (done_) return false;
    const std::size_t end = rest_.find(separator_);
    done_ = end == std::string_view::npos;
    piece = without_blanks(rest_.substr(0, end));
    if (!done_) rest_.remove_prefix(end + 1);
    return true;
  }

 private:
  std::string_view rest_;
  char separator_;
  bool done_ = false;
};

/// `key=value`, cut at the first `=`, without blanks around either.
struct key_value {
  std::string_view key;
  std::string_view value{};
  bool has_value = false;

  constexpr explicit key_value(std::string_view pair) noexcept {
    const std::size_t equals = pair.find('=');
    key = without_blanks(pair.substr(0, equals));
    has_value = equals != std::string_view::npos;
    if (has_value) value = without_blanks(pair.substr(equals + 1));
  }
};

}  // namespace sonde::propagation
