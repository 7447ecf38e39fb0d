// SPDX-License-Identifier: MIT
#pragma once

// Where traces go: always to the console; to an OTLP backend where OTEL_EXPORTER_OTLP_ENDPOINT names one, to a file where
// CRUDDUR_TRACES_FILE does. The only part of the services that knows exporters.

#include <string>
#include <utility>

#include <sonde/adapters/console.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>

#include "settings.hpp"

namespace cruddur {

/// Which exporters a session has is part of its program, so each choice is a call of its own.
template <class... Exporters>
[[nodiscard]] sonde::session start_with(const char* service, Exporters... exporters) {
  sonde::session_config config;
  if (setting("OTEL_SERVICE_NAME") == nullptr) config.service_name = service;
  return sonde::start(std::move(config), std::move(exporters)...);
}
template <class... Exporters>
[[nodiscard]] sonde::session start_with_file(const char* service, Exporters... exporters) {
  if (const char* path = setting("CRUDDUR_TRACES_FILE"))
    return start_with(service, std::move(exporters)..., sonde::file::exporter{{.path = path}});
  return start_with(service, std::move(exporters)...);
}
[[nodiscard]] inline sonde::session start_recording(const char* service) {
  if (setting("OTEL_EXPORTER_OTLP_ENDPOINT") != nullptr)
    return start_with_file(service, sonde::console::exporter{}, sonde::otlp::exporter{});
  return start_with_file(service, sonde::console::exporter{});
}

}  // namespace cruddur
