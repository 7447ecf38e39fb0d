// SPDX-License-Identifier: MIT
#pragma once

// Where log lines go, settled and checked. Made by settings_reader.hpp, read by everything else here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sonde/adapters/cloudwatch/config.hpp>
#include <sonde/adapters/cloudwatch/stream_name.hpp>
#include <sonde/aws/endpoint.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::cloudwatch {

struct settings {
  std::string log_group{};
  stream_name log_stream{};
  aws::endpoint signed_for{};  // service and region
  std::string region_source{};
  transport::url endpoint{};
  std::string endpoint_source{};  // empty: the region's own
  cloudwatch::form form = form::text;
  level least = level::trace;
  bool create = true;
  std::optional<std::uint32_t> retention_days{};
  environment::pairs tags{};
  std::size_t event_bytes = usual_event_bytes;
  pipeline::batch_limits limits{};

  /// `https://logs.eu-central-1.amazonaws.com/`, or `http://localhost:5000/ (from AWS_ENDPOINT_URL)`
  [[nodiscard]] std::string where() const {
    return endpoint.shown() + (endpoint_source.empty() ? std::string{} : " (" + endpoint_source + ")");
  }
};

}  // namespace sonde::cloudwatch
