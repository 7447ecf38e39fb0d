// SPDX-License-Identifier: MIT
#pragma once

// Finds out who this program is: from what the user said, the environment, the host and the process. Called once by the
// session at start; no forks, no network.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/environment/provenance.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/resource/container.hpp>
#include <sonde/resource/detector_list.hpp>
#include <sonde/resource/host.hpp>
#include <sonde/resource/instance_id.hpp>
#include <sonde/resource/os.hpp>
#include <sonde/resource/process.hpp>
#include <sonde/resource/resource.hpp>
#include <sonde/version.hpp>

namespace sonde::resource {

/// What a user may say in code; an empty field is not said.
struct identity {
  std::string service_name{};
  std::string service_version{};
  std::string service_instance_id{};
};

/// What `chosen` finds, without what anybody said.
inline void add_detected(resource& into, detector_list chosen) {
  if (chosen.has(detector::service)) into.set_text("service.instance.id", random_instance_id());
  const bool asks_for_container = chosen.has(detector::container) || chosen.has(detector::host);
  const std::string container = asks_for_container ? container_id() : std::string{};
  if (chosen.has(detector::host)) add_host(into, !container.empty());
  if (chosen.has(detector::os)) add_os(into);
  if (chosen.has(detector::process)) add_process(into);
  if (chosen.has(detector::container)) into.set_text("container.id", container);
}

/// service.name is, in this order: `given`, OTEL_SERVICE_NAME, service.name in OTEL_RESOURCE_ATTRIBUTES,
/// `unknown_service:<executable>`. For the rest, code beats OTEL_RESOURCE_ATTRIBUTES, which beats what was detected;
/// telemetry.sdk.* is always sonde. The service's name is recorded in `settings`.
/// Source: OpenTelemetry resource SDK and semantic conventions (service, host, os, process, container, telemetry).
[[nodiscard]] inline resource detect(environment::reader& env, const identity& given, environment::provenance& settings,
                                     detector_list detectors = {}) {
  resource from_variable;
  for (auto& [key, text] :
       env.key_values("OTEL_RESOURCE_ATTRIBUTES", environment::pair_kind::attributes).value_or(environment::pairs{}))
    from_variable.set_text(key, text);
  const std::string listed{from_variable.text("service.name")};

  const std::string executable = executable_name();
  using optional_text = std::optional<std::string>;
  const auto said = [](const std::string& text) { return text.empty() ? optional_text{} : optional_text{text}; };
  const std::string service_name = settings.resolve(
      "service.name", said(given.service_name),
      {{"OTEL_SERVICE_NAME", env.text("OTEL_SERVICE_NAME")}, {"OTEL_RESOURCE_ATTRIBUTES", said(listed)}},
      executable.empty() ? "unknown_service" : "unknown_service:" + executable);

  resource found;
  found.set("service.name", service_name);
  add_detected(found, detectors);
  found.merge(from_variable);
  found.set("service.name", service_name);
  found.set_text("service.version", given.service_version);
  found.set_text("service.instance.id", given.service_instance_id);
  found.set("telemetry.sdk.name", "sonde");
  found.set("telemetry.sdk.language", "cpp");
  found.set("telemetry.sdk.version", version);
  return found;
}

}  // namespace sonde::resource
