// SPDX-License-Identifier: MIT
#pragma once

// What a user may say about X-Ray's sampling rules: part of the exporter's config, and all of the sampler's
// (adapters/xray/sampler.hpp). Times are those of the vendor's SDKs.

#include <chrono>
#include <optional>
#include <string>

namespace sonde::xray {

struct sampling_config {
  /// Of the exporter: these rules decide which traces are recorded, for all exporters. OTEL_TRACES_SAMPLER=xray says so too.
  bool enabled = false;
  std::string rules_file{};  // local rules: where the daemon has none for us; one trace a second and 5 % of the rest
  bool central = true;       // ask for the account's rules, through the daemon

  std::optional<std::string> daemon_address{};  // AWS_XRAY_DAEMON_ADDRESS; the exporter's; 127.0.0.1:2000
  std::string service_name{};    // what ServiceName is compared with: AWS_XRAY_TRACING_NAME, the exporter's name, the service's
  std::string dynamic_naming{};  // the exporter's: a request whose host matches is compared by its host
  std::string service_type{};    // what ServiceType is compared with: `AWS::ECS::Container`; by the resource's cloud.platform

  std::chrono::milliseconds rules_interval{300'000};  // between questions for rules; up to a 60th more, at random
  std::chrono::milliseconds targets_interval{10'000}; // between reports of statistics; up to a 100th more, at random
  std::chrono::milliseconds rules_lifetime{3'600'000};  // without an answer for so long, local rules decide
  std::chrono::milliseconds timeout{2000};              // of one question
};

}  // namespace sonde::xray
