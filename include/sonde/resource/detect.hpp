// SPDX-License-Identifier: MIT
#pragma once

// Finds out who this program is: from what the user said, the environment, the host and the process. Called once by the
// session at start; no forks, no network.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <sonde/environment/provenance.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/resource/resource.hpp>
#include <sonde/version.hpp>

namespace sonde::resource {

/// What a user may say in code; an empty field is not said.
struct identity {
  std::string service_name{};
  std::string service_version{};
  std::string service_instance_id{};
};

/// The file name of the running program; empty where the system does not tell.
[[nodiscard]] inline std::string executable_name() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return {};
  std::string_view name{path.data(), static_cast<std::size_t>(size)};
  name.remove_prefix(name.rfind('/') + 1);
  constexpr std::string_view deleted = " (deleted)";  // what Linux appends when the file was replaced meanwhile
  if (name.size() > deleted.size() && name.substr(name.size() - deleted.size()) == deleted)
    name.remove_suffix(deleted.size());
  return std::string{name};
}

/// Empty where the system does not tell.
[[nodiscard]] inline std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{};
}

/// The semantic conventions' name of the operating system; empty for one that has none here.
[[nodiscard]] constexpr std::string_view os_type() noexcept {
#if defined(__linux__)
  return "linux";
#elif defined(__APPLE__)
  return "darwin";
#elif defined(__FreeBSD__)
  return "freebsd";
#else
  return {};
#endif
}

/// service.name is, in this order: `given`, OTEL_SERVICE_NAME, service.name in OTEL_RESOURCE_ATTRIBUTES,
/// `unknown_service:<executable>`. For the rest, code beats OTEL_RESOURCE_ATTRIBUTES, which beats what was detected;
/// telemetry.sdk.* is always sonde. The service's name is recorded in `settings`.
/// Source: OpenTelemetry resource SDK and semantic conventions (service, host, os, process, telemetry).
[[nodiscard]] inline resource detect(environment::reader& env, const identity& given,
                                     environment::provenance& settings) {
  const std::string executable = executable_name();
  const auto set_text = [](resource& into, std::string_view key, std::string text) {
    if (!text.empty()) into.set(key, std::move(text));
  };

  resource from_variable;
  for (auto& [key, text] :
       env.key_values("OTEL_RESOURCE_ATTRIBUTES", environment::pair_kind::attributes).value_or(environment::pairs{}))
    set_text(from_variable, key, text);
  const std::string listed{from_variable.text("service.name")};

  using optional_text = std::optional<std::string>;
  const auto said = [](const std::string& text) { return text.empty() ? optional_text{} : optional_text{text}; };
  const std::string service_name = settings.resolve(
      "service.name", said(given.service_name),
      {{"OTEL_SERVICE_NAME", env.text("OTEL_SERVICE_NAME")}, {"OTEL_RESOURCE_ATTRIBUTES", said(listed)}},
      executable.empty() ? "unknown_service" : "unknown_service:" + executable);

  resource found;
  found.set("service.name", service_name);
  set_text(found, "host.name", host_name());
  set_text(found, "os.type", std::string{os_type()});
  found.set("process.pid", std::int64_t{getpid()});
  set_text(found, "process.executable.name", executable);
  found.merge(from_variable);
  found.set("service.name", service_name);
  set_text(found, "service.version", given.service_version);
  set_text(found, "service.instance.id", given.service_instance_id);
  found.set("telemetry.sdk.name", "sonde");
  found.set("telemetry.sdk.language", "cpp");
  found.set("telemetry.sdk.version", version);
  return found;
}

}  // namespace sonde::resource
