// SPDX-License-Identifier: MIT
#pragma once

// What both services of the example read from the environment for themselves; what sonde reads is its own business.

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur {

/// Null where it is not set, or empty.
[[nodiscard]] inline const char* setting(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets one
  return value != nullptr && *value != '\0' ? value : nullptr;
}
[[nodiscard]] inline std::string setting_or(const char* name, const char* otherwise) {
  const char* const value = setting(name);
  return value != nullptr ? value : otherwise;
}

/// PORT; 0, a free one, by default. Nothing where it is no port.
[[nodiscard]] inline std::optional<int> wanted_port() {
  const std::string text = setting_or("PORT", "0");
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65535) return std::nullopt;
  return port;
}

}  // namespace cruddur
