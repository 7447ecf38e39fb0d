// SPDX-License-Identifier: MIT
#pragma once

// Where traces go: always to the console; to an OTLP backend where OTEL_EXPORTER_OTLP_ENDPOINT names one, to X-Ray where
// AWS_XRAY_DAEMON_ADDRESS names its daemon, to a file where CRUDDUR_TRACES_FILE does; errors to Rollbar where
// ROLLBAR_ACCESS_TOKEN says whose; log lines to CloudWatch Logs where CRUDDUR_LOG_GROUP names their group. The only part of the
// services that knows exporters.

#include <optional>
#include <utility>

#include <sonde/adapters/cloudwatch.hpp>
#include <sonde/adapters/console.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/adapters/rollbar.hpp>
#include <sonde/adapters/xray.hpp>
#include <sonde/session.hpp>

#include "settings.hpp"

namespace cruddur {

[[nodiscard]] inline sonde::session start_recording(const char* service) {
  sonde::session_config config;
  if (setting("OTEL_SERVICE_NAME") == nullptr) config.service_name = service;

  std::optional<sonde::otlp::exporter> otlp;
  if (setting("OTEL_EXPORTER_OTLP_ENDPOINT") != nullptr) otlp.emplace();
  // AWS_XRAY_URL is a pattern: a segment is named after the request's host where that matches, after the service elsewhere.
  std::optional<sonde::xray::exporter> xray;
  if (setting("AWS_XRAY_DAEMON_ADDRESS") != nullptr)
    xray.emplace(sonde::xray::config{.dynamic_naming = setting_or("AWS_XRAY_URL", "")});
  std::optional<sonde::rollbar::exporter> rollbar;
  if (setting("ROLLBAR_ACCESS_TOKEN") != nullptr) rollbar.emplace();
  std::optional<sonde::cloudwatch::exporter> cloudwatch;
  if (const char* group = setting("CRUDDUR_LOG_GROUP")) cloudwatch.emplace(sonde::cloudwatch::config{.log_group = group});
  std::optional<sonde::file::exporter> file;
  if (const char* path = setting("CRUDDUR_TRACES_FILE")) file.emplace(sonde::file::config{.path = path});

  return sonde::start(std::move(config), sonde::console::exporter{}, std::move(otlp), std::move(xray), std::move(rollbar),
                      std::move(cloudwatch), std::move(file));
}

}  // namespace cruddur
