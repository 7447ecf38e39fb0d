// SPDX-License-Identifier: MIT
#pragma once

// Who may be asked for credentials: keys and the token that buys them must not cross a network in the clear. Used for
// the container's and the instance's metadata service.

#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::aws {

/// The addresses that AWS gives to its metadata services, which no router passes on.
/// Source: AWS SDKs and Tools reference ("Container credential provider", "IMDS credential provider").
inline constexpr std::string_view metadata_addresses[] = {
    "169.254.170.2",    // ECS
    "169.254.170.23",   // EKS Pod Identity
    "fd00:ec2::23",     // the same
    "169.254.169.254",  // EC2 instance metadata
    "fd00:ec2::254",    // the same
};

/// The URL of a metadata service, or why it is refused. `source` is the variable that it stands in.
[[nodiscard]] inline transport::parsed_url parse_metadata_url(std::string_view text, std::string_view source) {
  transport::parsed_url parsed = transport::parse_url(text);
  if (!parsed) {
    parsed.error = std::string{source} + ": " + parsed.error;
    return parsed;
  }
  const transport::url& url = parsed.url;
  bool trusted = url.scheme == "https" || transport::is_loopback(url.host);
  for (const std::string_view address : metadata_addresses)
    trusted = trusted || environment::same_ignoring_case(url.host, address);
  if (!url.userinfo.empty())
    parsed.error = std::string{source} + " has a user name in it, which a metadata service does not take";
  else if (!trusted)
    parsed.error = std::string{source} + " names " + url.host +
                   " without TLS: credentials are fetched over https, from this machine itself, or from the addresses "
                   "that AWS documents";
  return parsed;
}

}  // namespace sonde::aws
