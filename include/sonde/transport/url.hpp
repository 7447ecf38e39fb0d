// SPDX-License-Identifier: MIT
#pragma once

// Takes an http or https URL apart, to check it once at start, to append a path and to name a host in an error line.
// Not a general URL parser: what it does not understand it refuses with a sentence. Used by adapters and by http.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::transport {

struct url {
  std::string scheme;    // `http` or `https`
  std::string userinfo;  // without its '@'; a secret
  std::string host;      // an IPv6 address without its brackets
  std::uint16_t port = 0;
  bool port_given = false;  // otherwise 80 or 443 by scheme
  std::string path;         // never empty
  std::string query;        // without its '?'

  /// `host:port`, with the brackets an IPv6 address needs.
  [[nodiscard]] std::string authority() const { return bracketed_host() + ":" + std::to_string(port); }

  /// The whole URL, userinfo and query included: for requests, not for people.
  [[nodiscard]] std::string text() const { return written(userinfo, query); }

  /// The URL without what may be secret: userinfo reads `REDACTED:REDACTED`, a query `…`.
  [[nodiscard]] std::string shown() const {
    return written(userinfo.empty() ? "" : "REDACTED:REDACTED", query.empty() ? "" : "…");
  }

 private:
  [[nodiscard]] std::string bracketed_host() const {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
  }
  [[nodiscard]] std::string written(std::string_view user, std::string_view asked) const {
    std::string whole = scheme + "://";
    if (!user.empty()) (whole += user) += '@';
    whole += port_given ? authority() : bracketed_host();
    whole += path;
    if (!asked.empty()) (whole += '?') += asked;
    return whole;
  }
};

/// A URL, or why there is none.
struct parsed_url {
  transport::url url;
  std::string error;  // `'localhost:4318' has no scheme: write http://localhost:4318`; empty if all is well

  [[nodiscard]] explicit operator bool() const noexcept { return error.empty(); }
};

[[nodiscard]] inline parsed_url parse_url(std::string_view text) {
  using environment::same_ignoring_case;
  parsed_url result;
  url& parsed = result.url;
  const std::string_view before_query = text.substr(0, text.find_first_of("?#"));
  const std::size_t user_end = before_query.rfind('@') + 1;  // whatever stands before an '@' may be a password
  std::string shown{user_end == 0 ? "" : "…@"};
  for (const char c : before_query.substr(user_end, 200))
    shown += static_cast<unsigned char>(c) < ' ' || c == 127 ? '?' : c;
  const auto refuse = [&](const std::string& why) {
    result.error = "'" + shown + "' " + why;
    return result;
  };

  if (text.empty()) return refuse("is not a URL");
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 127) return refuse("has a blank or a control character in it");
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return refuse("has no scheme: write http://" + shown);
  if (same_ignoring_case(text.substr(0, scheme_end), "http"))
    parsed.scheme = "http";
  else if (same_ignoring_case(text.substr(0, scheme_end), "https"))
    parsed.scheme = "https";
  else
    return refuse("is neither an http nor an https URL");

  std::string_view rest = text.substr(scheme_end + 3);
  if (rest.find('#') != std::string_view::npos) return refuse("has a '#', which no request can carry");
  const std::size_t authority_end = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority.size());
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parsed.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }

  const bool literal = !authority.empty() && authority[0] == '[';
  const std::size_t host_end = literal ? authority.find(']') : authority.find(':');
  if (literal && host_end == std::string_view::npos) return refuse("has a '[' without its ']'");
  parsed.host = literal ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  std::string_view port =
      host_end == std::string_view::npos ? std::string_view{} : authority.substr(host_end + (literal ? 1 : 0));
  if (parsed.host.empty()) return refuse("has no host");
  constexpr std::string_view never_in_hosts = "\"#$&'()*+,;<=>[\\]^`{|}";
  if (parsed.host.find_first_of(never_in_hosts) != std::string::npos ||
      (literal && parsed.host.find(':') == std::string::npos))
    return refuse("has a host that cannot be one");

  parsed.port = parsed.scheme == "https" ? 443 : 80;
  if (port.size() > 1 || (literal && !port.empty())) {
    if (port[0] != ':') return refuse("has something other than a port behind its ']'");
    port.remove_prefix(1);
    if (environment::parse_number(port, parsed.port) != environment::number_error::none || parsed.port == 0)
      return refuse("has a port that is not a number from 1 to 65535");
    parsed.port_given = true;
  }
  const std::size_t question = rest.find('?');
  parsed.path = rest.substr(0, question);
  if (parsed.path.empty()) parsed.path = "/";
  if (question != std::string_view::npos) parsed.query = rest.substr(question + 1);
  return result;
}

/// `base` with `path` behind its own, exactly one slash between them; the query stays.
[[nodiscard]] inline url join_path(url base, std::string_view path) {
  while (!base.path.empty() && base.path.back() == '/') base.path.pop_back();
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  (base.path += '/') += path;
  return base;
}

/// Whether `host` is this machine by its very name: localhost, 127.0.0.0/8 or ::1. Nothing is resolved.
[[nodiscard]] inline bool is_loopback(std::string_view host) noexcept {
  if (environment::same_ignoring_case(host, "localhost") || host == "::1") return true;
  unsigned char part = 0;
  for (int number = 0; number < 4; ++number) {
    const std::size_t dot = host.find('.');
    if ((dot == std::string_view::npos) != (number == 3)) return false;
    if (environment::parse_number(host.substr(0, dot), part) != environment::number_error::none) return false;
    if (number == 0 && part != 127) return false;
    host.remove_prefix(dot == std::string_view::npos ? host.size() : dot + 1);
  }
  return true;
}

/// Whether `host` is a link-local address of IPv4 or one of AWS's like it: where metadata and keys of a machine are had, which are no
/// proxy's business.
[[nodiscard]] inline bool is_link_local(std::string_view host) noexcept {
  return host.starts_with("169.254.") || host == "fd00:ec2::254" || host == "fd00:ec2::23";
}

}  // namespace sonde::transport
