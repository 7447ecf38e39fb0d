// SPDX-License-Identifier: MIT
#pragma once

// What a user may say about CloudWatch Logs in code. Only the group has no default; region, keys and endpoint come from the
// environment (docs/aws.md).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sonde/adapters/cloudwatch/limits.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/config.hpp>
#include <sonde/environment/secret.hpp>

namespace sonde::cloudwatch {

/// How a line is written: for people, or as one JSON object, whose members Logs Insights finds by name.
enum class form : std::uint8_t { text, json };

struct config {
  std::string log_group{};
  std::string log_stream = "{service}/{host}/{pid}";  // also {instance} and {date}; what no name may have becomes '_'
  std::optional<std::string> region{};                // AWS_REGION, AWS_DEFAULT_REGION, the profile's
  aws::credential_config credentials{};
  std::optional<std::string> endpoint{};  // AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL; the region's
  cloudwatch::form form = form::text;
  level least = level::trace;                 // lines below it are not sent, and counted as unwanted
  bool create = true;                         // a group or stream that is not there
  std::optional<std::uint32_t> retention_days{};  // of a group made by us: one of retention_choices; for ever
  environment::pairs tags{};                  // of a group made by us
  std::size_t event_bytes = usual_event_bytes;    // of one message; what is longer is cut
  std::chrono::milliseconds batch_age{1000};  // how long a line waits for others
  std::chrono::milliseconds timeout{30'000};  // of one batch, all attempts included; 0: no limit
  std::uint32_t concurrent_requests = 1;      // more are faster, but lines of one millisecond may change places
};

}  // namespace sonde::cloudwatch
