// SPDX-License-Identifier: MIT
#pragma once

// Addresses of those who ask, as whole as the user allows. Used by scrubber.hpp.

#include <algorithm>
#include <string>
#include <string_view>

#include <arpa/inet.h>

#include <sonde/adapters/rollbar/config.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::rollbar {

/// `203.0.113.7` -> `203.0.113.0`, `2001:db8:1:2::7` -> `2001:db8:1::`. Empty for what is no address.
[[nodiscard]] inline std::string anonymised(std::string_view address) {
  const std::string text{environment::trimmed(address)};
  unsigned char bytes[16];
  char written[INET6_ADDRSTRLEN];
  int family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) {
    bytes[3] = 0;
  } else if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) {
    family = AF_INET6;
    const bool holds_v4 = std::all_of(bytes, bytes + 10, [](unsigned char b) { return b == 0; }) && bytes[10] == 0xFF;
    std::fill(bytes + (holds_v4 ? 15 : 6), bytes + 16, static_cast<unsigned char>(0));
  } else {
    return {};
  }
  return inet_ntop(family, bytes, written, sizeof written) == nullptr ? std::string{} : std::string{written};
}

[[nodiscard]] inline std::string shown_address(std::string_view address, addresses how) {
  switch (how) {
    case addresses::keep: return std::string{address};
    case addresses::anonymise: return anonymised(address);
    case addresses::drop: break;
  }
  return {};
}

/// Whether an attribute of this key is one, and whether a header (its name in lower case) names some.
[[nodiscard]] inline bool is_address_key(std::string_view key) noexcept {
  return key == "client.address" || key == "network.peer.address" || key == "source.address" || key == "client.ip" ||
         key == "net.peer.ip" || key == "net.sock.peer.addr" || key == "http.client_ip";
}
[[nodiscard]] inline bool is_address_header(std::string_view name) noexcept {
  for (const std::string_view each : {"x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip", "cf-connecting-ip",
                                      "true-client-ip", "x-cluster-client-ip", "fastly-client-ip"})
    if (environment::same_ignoring_case(name, each)) return true;
  return false;
}

}  // namespace sonde::rollbar
