// SPDX-License-Identifier: MIT
#pragma once

// The request methods that may name a span; made-up ones must not. Source: OpenTelemetry semantic conventions, "HTTP
// spans", http.request.method.

#include <string>
#include <string_view>
#include <vector>

#include <sonde/config.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// RFC 9110, RFC 5789 (PATCH), and the draft of QUERY. Case matters.
[[nodiscard]] constexpr bool is_known_method(std::string_view method) noexcept {
  for (const std::string_view known :
       {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY"})
    if (method == known) return true;
  return false;
}
/// `instead`: the methods known in place of those, where there are any.
[[nodiscard]] inline bool is_known_method(std::string_view method, const std::vector<std::string>& instead) noexcept {
  if (instead.empty()) return is_known_method(method);
  for (const std::string& known : instead)
    if (method == known) return true;
  return false;
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
