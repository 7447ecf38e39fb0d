// SPDX-License-Identifier: MIT
#pragma once

// Where cruddur's traces go: always to the console; to an OTLP backend where OTEL_EXPORTER_OTLP_ENDPOINT names one, to
// a file where CRUDDUR_TRACES_FILE does. The only part of the service that knows exporters.

#include <cstdlib>
#include <utility>

#include <sonde/adapters/console.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>

namespace cruddur {

/// Null where it is not set, or empty.
[[nodiscard]] inline const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

/// Which exporters a session has is part of its program, so each choice is a call of its own.
template <class... Exporters>
[[nodiscard]] sonde::session start_with(Exporters... exporters) {
  sonde::session_config config;
  if (setting("OTEL_SERVICE_NAME") == nullptr) config.service_name = "cruddur";
  return sonde::start(std::move(config), std::move(exporters)...);
}
template <class... Exporters>
[[nodiscard]] sonde::session start_with_file(Exporters... exporters) {
  if (const char* path = setting("CRUDDUR_TRACES_FILE"))
    return start_with(std::move(exporters)..., sonde::file::exporter{{.path = path}});
  return start_with(std::move(exporters)...);
}
[[nodiscard]] inline sonde::session start_recording() {
  if (setting("OTEL_EXPORTER_OTLP_ENDPOINT") != nullptr)
    return start_with_file(sonde::console::exporter{}, sonde::otlp::exporter{});
  return start_with_file(sonde::console::exporter{});
}

}  // namespace cruddur
