// SPDX-License-Identifier: MIT
#pragma once

// Which AWS service and region a URL means, and so how to sign what goes there. AWS takes OTLP at
// https://xray.<region>.amazonaws.com/v1/traces and https://logs.<region>.amazonaws.com/v1/logs. Used by the adapters
// that talk to AWS.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/aws/credentials.hpp>
#include <sonde/aws/region.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::aws {

/// What a signature is made out to.
struct endpoint {
  std::string service;  // `xray` or `logs`
  std::string region;

  [[nodiscard]] transport::aws_signature signature(const credentials& keys) const {
    return {region, service, keys.access_key_id, keys.secret_access_key, keys.session_token};
  }
};

/// Source: partitions.json and the services' endpoint rules in botocore. The second suffix takes IPv4 and IPv6.
struct partition {
  std::string_view region_prefix;  // of regions that lie in it
  std::string_view suffix;
  std::string_view dual_stack_suffix;
};
inline constexpr partition partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"", "amazonaws.com", "api.aws"},  // all others, us-gov- among them
};

/// `xray.us-east-1.amazonaws.com` and its like: FIPS (`xray-fips.…`), dual stack, other partitions, and interface
/// endpoints of a VPC (`vpce-….xray.us-east-1.vpce.amazonaws.com`). Nothing for any other host.
[[nodiscard]] inline std::optional<endpoint> endpoint_of(const transport::url& url) {
  std::string host;
  for (const char c : url.host) host += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::string_view rest = host;
  const auto ends_with = [&](std::string_view suffix) {
    if (rest.size() <= suffix.size() || rest.substr(rest.size() - suffix.size()) != suffix ||
        rest[rest.size() - suffix.size() - 1] != '.')
      return false;
    rest.remove_suffix(suffix.size() + 1);
    return true;
  };
  const partition* found = nullptr;
  for (const partition& one : partitions)
    if (found == nullptr && (ends_with(one.suffix) || ends_with(one.dual_stack_suffix))) found = &one;
  if (found == nullptr) return std::nullopt;
  const bool private_link = ends_with("vpce");
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view region = rest.substr(dot + 1);
  rest = rest.substr(0, dot);
  if (const std::size_t before = rest.rfind('.'); private_link && before != std::string_view::npos)
    rest.remove_prefix(before + 1);
  if (rest.size() > 5 && rest.substr(rest.size() - 5) == "-fips") rest.remove_suffix(5);
  if ((rest != "xray" && rest != "logs") || !is_region_name(region)) return std::nullopt;
  return endpoint{std::string{rest}, std::string{region}};
}

/// The service's own URL in that region, without a path.
[[nodiscard]] inline std::string service_url(const endpoint& meant) {
  for (const partition& one : partitions)
    if (meant.region.substr(0, one.region_prefix.size()) == one.region_prefix)
      return "https://" + meant.service + "." + meant.region + "." + std::string{one.suffix};
  return {};
}

/// A sentence where OTLP sent to this URL cannot arrive; empty if it can.
[[nodiscard]] inline std::string otlp_mistake(const transport::url& url, const endpoint& meant) {
  if (url.scheme != "https") return url.shown() + " must begin with https: AWS takes nothing in the clear";
  if (url.path == (meant.service == "xray" ? "/v1/traces" : "/v1/logs")) return {};
  return url.shown() + " is not where AWS takes OTLP: set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" +
         service_url({"xray", meant.region}) + "/v1/traces, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=" +
         service_url({"logs", meant.region}) + "/v1/logs, or switch the other signal off";
}

/// The URL that the environment gives a service instead of its own: AWS_ENDPOINT_URL_XRAY or
/// AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, else AWS_ENDPOINT_URL; none where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true. Not
/// for OTLP, whose own variables say where it goes.
[[nodiscard]] inline std::optional<std::string> configured_service_url(std::string_view service,
                                                                       environment::reader& environment) {
  if (environment.boolean("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or(false)) return std::nullopt;
  auto own = environment.text(service == "xray" ? "AWS_ENDPOINT_URL_XRAY" : "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS");
  return own ? own : environment.text("AWS_ENDPOINT_URL");
}

}  // namespace sonde::aws
