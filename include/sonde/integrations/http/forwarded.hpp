// SPDX-License-Identifier: MIT
#pragma once

// What proxies say of the request they passed on. Anyone can say it, so it is read only where a server is told to trust
// it.

#include <cstddef>
#include <string_view>

#include <sonde/config.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/integrations/http/request.hpp>
#include <sonde/integrations/http/url_parts.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// Each is empty where nothing is said.
struct forwarded {
  std::string_view client;  // an address or a name, without port
  std::string_view scheme;
  std::string_view host;    // `host:port`
};

/// The first of a list: what the proxy nearest to the client said.
[[nodiscard]] constexpr std::string_view first_member(std::string_view list) noexcept {
  return propagation::without_blanks(list.substr(0, list.find(',')));
}

/// The value of the first element of a Forwarded header. Source: RFC 7239, section 4. Quoted pairs are left as they
/// are.
[[nodiscard]] constexpr forwarded parse_forwarded(std::string_view value) noexcept {
  forwarded found;
  bool more = true;
  while (more) {
    std::size_t end = 0;
    for (bool quoted = false; end < value.size() && (quoted || (value[end] != ';' && value[end] != ',')); ++end)
      if (value[end] == '"') quoted = !quoted;
    const std::string_view pair = propagation::without_blanks(value.substr(0, end));
    more = end < value.size() && value[end] == ';';
    value.remove_prefix(more ? end + 1 : end);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view said = pair.substr(equals + 1);
    if (said.size() >= 2 && said.front() == '"' && said.back() == '"') said = said.substr(1, said.size() - 2);
    const std::string_view name = pair.substr(0, equals);
    if (environment::same_ignoring_case(name, "for") && said != "unknown" && !said.starts_with('_'))
      found.client = split_authority(said).host;
    else if (environment::same_ignoring_case(name, "proto"))
      found.scheme = said;
    else if (environment::same_ignoring_case(name, "host"))
      found.host = said;
  }
  return found;
}

/// Forwarded where there is one, else the X-Forwarded-… headers.
template <server_request Request>
[[nodiscard]] forwarded read_forwarded(const Request& request) noexcept {
  if (const field_lines lines = request.header("forwarded"); !lines.empty()) return parse_forwarded(first_of(lines));
  return {split_authority(first_member(first_of(request.header("x-forwarded-for")))).host,
          first_member(first_of(request.header("x-forwarded-proto"))),
          first_member(first_of(request.header("x-forwarded-host")))};
}

/// The client and the scheme as proxies tell them, where these are trusted and do; else those of the connection. The
/// host only where a proxy tells it.
template <server_request Request>
[[nodiscard]] forwarded origin_of(const Request& request, bool trust_forwarded) noexcept {
  forwarded origin = trust_forwarded ? read_forwarded(request) : forwarded{};
  if (origin.client.empty()) origin.client = endpoint{request.peer()}.address;
  if (origin.scheme.empty()) origin.scheme = request.scheme();
  return origin;
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
