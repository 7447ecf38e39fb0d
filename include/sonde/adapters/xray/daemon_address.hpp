// SPDX-License-Identifier: MIT
#pragma once

// Where the X-Ray daemon listens: for documents over UDP, for questions about sampling over TCP. Used by the exporter and by
// the sampler. Source: AWS X-Ray, "Configuring the AWS X-Ray daemon"; the grammar is that of the vendor's SDKs.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/host_port.hpp>

namespace sonde::xray {

struct daemon_address {
  transport::host_port udp{"127.0.0.1", 2000};
  transport::host_port tcp{"127.0.0.1", 2000};

  friend bool operator==(const daemon_address&, const daemon_address&) = default;
};

/// `host:port` for both, or `tcp:host:port udp:host:port` in either order, blanks between them. Nothing for anything else.
[[nodiscard]] inline std::optional<daemon_address> parse_daemon_address(std::string_view text) {
  text = environment::trimmed(text);
  const std::size_t blank = text.find_first_of(" \t");
  if (blank == std::string_view::npos) {
    const auto both = transport::parse_host_port(text);
    return both ? std::optional{daemon_address{*both, *both}} : std::nullopt;
  }
  std::string_view first = text.substr(0, blank);
  std::string_view second = environment::trimmed(text.substr(blank));
  const auto begins = [](std::string_view part, std::string_view protocol) {
    return environment::same_ignoring_case(part.substr(0, protocol.size()), protocol);
  };
  if (begins(first, "udp:")) std::swap(first, second);
  if (!begins(first, "tcp:") || !begins(second, "udp:")) return std::nullopt;
  const auto tcp = transport::parse_host_port(first.substr(4));
  const auto udp = transport::parse_host_port(second.substr(4));
  return tcp && udp ? std::optional{daemon_address{*udp, *tcp}} : std::nullopt;
}

/// The address in use, or one sentence on why there is none.
struct settled_daemon_address {
  daemon_address address{};
  std::string source{};   // `from AWS_XRAY_DAEMON_ADDRESS`, `set in code`, `default`
  std::string refusal{};  // empty if all is well
};

/// The environment, which here goes before code, as in the vendor's SDKs; then `given`; then 127.0.0.1:2000.
[[nodiscard]] inline settled_daemon_address find_daemon_address(const std::optional<std::string>& given,
                                                                environment::reader& environment) {
  constexpr const char* variable = "AWS_XRAY_DAEMON_ADDRESS";
  settled_daemon_address settled{{}, "default", {}};
  std::optional<std::string> text = environment.text(variable);
  std::string name = variable;
  if (text) {
    settled.source = "from " + name;
  } else if (given) {
    text = given;
    name = "daemon_address";
    settled.source = "set in code";
  }
  if (!text) return settled;
  if (const auto parsed = parse_daemon_address(*text))
    settled.address = *parsed;
  else
    settled.refusal = environment::reader::named(name, *text) +
                      " is not an address of the daemon: write host:port, or tcp:host:port udp:host:port";
  return settled;
}

}  // namespace sonde::xray
