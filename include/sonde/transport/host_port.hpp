// SPDX-License-Identifier: MIT
#pragma once

// A host and a port, as written in settings: `localhost:2000`, `10.0.0.1:2000`, `[::1]:2000`. Used where there is no URL.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::transport {

struct host_port {
  std::string host{};  // an IPv6 address without its brackets
  std::uint16_t port = 0;

  /// `host:port`, with the brackets an IPv6 address needs.
  [[nodiscard]] std::string shown() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Nothing where host or port is missing, the port is not one from 1 to 65535, or something else is wrong.
[[nodiscard]] inline std::optional<host_port> parse_host_port(std::string_view text) {
  const bool literal = !text.empty() && text[0] == '[';
  const std::size_t host_end = literal ? text.find(']') : text.find(':');
  if (host_end == std::string_view::npos) return std::nullopt;
  host_port parsed{std::string{literal ? text.substr(1, host_end - 1) : text.substr(0, host_end)}};
  std::string_view port = text.substr(host_end + (literal ? 1 : 0));
  if (port.empty() || port[0] != ':') return std::nullopt;
  port.remove_prefix(1);
  if (environment::parse_number(port, parsed.port) != environment::number_error::none || parsed.port == 0)
    return std::nullopt;
  constexpr std::string_view never_in_hosts = "\"#/<>?@[\\]^`{|}";
  for (const char c : parsed.host)
    if (static_cast<unsigned char>(c) <= ' ' || c == 127 || never_in_hosts.find(c) != never_in_hosts.npos) return std::nullopt;
  if (parsed.host.empty() || literal != (parsed.host.find(':') != std::string::npos)) return std::nullopt;
  return parsed;
}

}  // namespace sonde::transport
