// SPDX-License-Identifier: MIT
#pragma once

// A URL or a request's target taken apart, as borrowed pieces. Total: what cannot be understood ends up in the path.
// Used by the spans of requests, which must say something about every request there is.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <sonde/config.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// Of `host:port`: an IPv6 address without its brackets; port 0 where none, or none that can be one, is named.
struct authority_parts {
  std::string_view host;
  int port = 0;
};

[[nodiscard]] constexpr authority_parts split_authority(std::string_view authority) noexcept {
  const bool bracketed = !authority.empty() && authority[0] == '[';
  const std::size_t end = bracketed ? authority.find(']') : authority.rfind(':');
  if (bracketed && end == std::string_view::npos) return {authority, 0};
  const bool bare_address = !bracketed && end != authority.find(':');  // 2001:db8::1
  if (bare_address) return {authority, 0};
  authority_parts parts{bracketed ? authority.substr(1, end - 1) : authority.substr(0, end), 0};
  if (end == std::string_view::npos) return parts;
  std::string_view digits = authority.substr(end + 1);
  if (bracketed) {
    if (digits.empty() || digits[0] != ':') return parts;
    digits.remove_prefix(1);
  }
  if (digits.empty() || digits.size() > 5) return parts;
  int port = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return parts;
    port = port * 10 + (digit - '0');
  }
  if (port <= 65535) parts.port = port;
  return parts;
}

[[nodiscard]] constexpr int default_port(std::string_view scheme) noexcept {
  return scheme == "https" || scheme == "wss" ? 443 : scheme == "http" || scheme == "ws" ? 80 : 0;
}

/// Source: RFC 3986, appendix B.
struct url_parts {
  std::string_view scheme;    // as written; empty in a target such as `/a?b`
  std::string_view userinfo;  // without its '@'; a secret
  std::string_view authority; // `host:port`, without userinfo
  std::string_view path;
  std::string_view query;     // without its '?'
  bool has_query = false;
};

[[nodiscard]] constexpr url_parts split_url(std::string_view url) noexcept {
  url_parts parts;
  url = url.substr(0, url.find('#'));
  const std::size_t question = url.find('?');
  parts.has_query = question != std::string_view::npos;
  if (parts.has_query) parts.query = url.substr(question + 1);
  parts.path = url.substr(0, question);
  const std::size_t scheme_end = parts.path.find("://");
  if (scheme_end == std::string_view::npos || parts.path.find('/') < scheme_end) return parts;
  parts.scheme = parts.path.substr(0, scheme_end);
  parts.path.remove_prefix(scheme_end + 3);
  parts.authority = parts.path.substr(0, parts.path.find('/'));
  parts.path.remove_prefix(parts.authority.size());
  if (const std::size_t at = parts.authority.rfind('@'); at != std::string_view::npos) {
    parts.userinfo = parts.authority.substr(0, at);
    parts.authority.remove_prefix(at + 1);
  }
  return parts;
}

/// The parts of a URL as clients take it from people: with slashes too many or too few behind the scheme, without a scheme, with
/// a password in which a slash, `?` or `#` was left as it is. A part is a secret rather than shown: what stands before an `@` is
/// userinfo where the authority would have a port that is no number.
[[nodiscard]] constexpr url_parts split_client_url(std::string_view url) noexcept {
  url_parts parts;
  std::string_view rest = url;
  if (const std::size_t end = url.find_first_of(":/?#@"); end != std::string_view::npos && url.substr(end, 2) == ":/") {
    parts.scheme = url.substr(0, end);
    rest.remove_prefix(end + 1);
    const std::size_t slashes = std::min(rest.find_first_not_of('/'), rest.size());
    rest.remove_prefix(parts.scheme != "file" ? slashes : slashes > 1 ? 2 : 0);  // a file's path begins with the third
  }
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos && !authority.empty() && authority[0] != '[') {
    const std::size_t colon = authority.find(':');
    const bool has_port = colon == std::string_view::npos ||
                          authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    if (!has_port) at = rest.rfind('@');
  }
  if (at != std::string_view::npos) {
    parts.userinfo = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  rest = rest.substr(0, rest.find('#'));
  const std::size_t question = rest.find('?');
  parts.has_query = question != std::string_view::npos;
  if (parts.has_query) parts.query = rest.substr(question + 1);
  parts.path = rest.substr(0, question);
  if (parts.scheme.empty()) return parts;  // host or path: nobody knows
  parts.authority = parts.path.substr(0, parts.path.find('/'));
  parts.path.remove_prefix(parts.authority.size());
  return parts;
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
