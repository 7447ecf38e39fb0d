// SPDX-License-Identifier: MIT
#pragma once

// How a secret may be shown: enough to recognise which key is in use, too little to use it. Every line that sonde
// prints about settings, headers or refused requests goes through here.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/environment/syntax.hpp>

namespace sonde::environment {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// The first 4 characters and `…` where there are 16 or more, `(set)` for shorter ones, `(empty)` for none.
[[nodiscard]] inline std::string masked(std::string_view secret) {
  if (secret.empty()) return "(empty)";
  const std::string_view shown = secret.substr(0, 4);
  const bool printable = std::all_of(shown.begin(), shown.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (secret.size() < 16 || !printable) return "(set)";
  return std::string{shown} + "…";
}

/// Whether a variable or header of this name usually carries a credential.
[[nodiscard]] constexpr bool is_secret_name(std::string_view name) noexcept {
  for (const std::string_view word :
       {"KEY", "TOKEN", "SECRET", "PASSWORD", "HEADERS", "AUTHORIZATION", "CREDENTIAL", "COOKIE"})
    if (contains_ignoring_case(name, word)) return true;
  return false;
}

/// A header's name, unless it looks like a key that was written where the name belongs (`HEADERS=c2VjcmV0…=`).
[[nodiscard]] inline std::string shown_header_name(std::string_view name) {
  const bool plausible = name.size() < 16 || (name.find('-') != std::string_view::npos && name.size() < 48);
  return plausible ? printable(name) : masked(name);
}

/// `name: abcd…, other: (set)`; no value is shown whole.
[[nodiscard]] inline std::string mask_headers(const pairs& headers) {
  std::string shown;
  for (const auto& [name, value] : headers) {
    if (!shown.empty()) shown += ", ";
    shown += shown_header_name(name) + ": " + masked(value);
  }
  return shown.empty() ? "(none)" : shown;
}

}  // namespace sonde::environment
