// SPDX-License-Identifier: MIT
#pragma once

// What of a request must not be recorded as it is: credentials in URLs, and headers that carry them. Source:
// OpenTelemetry semantic conventions, "HTTP spans", url.full, url.query.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/config.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/integrations/http/url_parts.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

inline constexpr std::string_view redacted = "REDACTED";

/// Signed URLs of AWS (both versions of the signature), Azure and Google. Case matters.
[[nodiscard]] constexpr bool is_secret_parameter(std::string_view name) noexcept {
  for (const std::string_view secret : {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId",
                                        "Signature", "sig", "X-Goog-Signature"})
    if (name == secret) return true;
  return false;
}

/// Whether a header of this name usually carries a credential.
[[nodiscard]] constexpr bool is_secret_header(std::string_view name) noexcept {
  for (const std::string_view word :
       {"authorization", "authentication", "auth-", "cookie", "token", "secret", "passw", "api-key", "apikey",
        "access-key", "private-key", "credential", "signature", "session", "assertion"})
    if (environment::contains_ignoring_case(name, word)) return true;
  return false;
}

/// The query with the values of secret parameters replaced; their names stay.
[[nodiscard]] inline std::string shown_query(std::string_view query) {
  std::string shown;
  shown.reserve(query.size());
  while (true) {
    const std::size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && is_secret_parameter(parameter.substr(0, equals)))
      (shown += parameter.substr(0, equals + 1)) += redacted;
    else
      shown += parameter;
    if (end == std::string_view::npos) return shown;
    shown += '&';
    query.remove_prefix(end + 1);
  }
}

/// The URL without its fragment, which no server sees, and with its secrets replaced.
[[nodiscard]] inline std::string shown_url(const url_parts& parts) {
  std::string shown;
  if (!parts.scheme.empty()) (shown += parts.scheme) += "://";
  if (!parts.userinfo.empty()) ((shown += redacted) += ':').append(redacted) += '@';
  (shown += parts.authority) += parts.path;
  if (parts.has_query) (shown += '?') += shown_query(parts.query);
  return shown;
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
