// SPDX-License-Identifier: MIT
#pragma once

// The settings of X-Ray's documents, read when the session starts: from the environment, which here goes before code for the
// daemon's address and the tracing name, from the config, from the resource. Used by the exporter.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <unistd.h>

#include <sonde/adapters/xray/config.hpp>
#include <sonde/adapters/xray/daemon_address.hpp>
#include <sonde/adapters/xray/document/writer.hpp>
#include <sonde/adapters/xray/plugins.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/version.hpp>

namespace sonde::xray {

struct settings {
  bool enabled = true;
  daemon_address daemon{};
  std::string daemon_source{};
  std::string name{};
};

/// Source: AWS X-Ray SDK for Python, "Configuring with environment variables": what it takes for false and for true.
[[nodiscard]] inline bool is_enabled(environment::reader& environment) {
  constexpr const char* variable = "AWS_XRAY_SDK_ENABLED";
  const std::optional<std::string> text = environment.text(variable);
  if (!text) return true;
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return environment::same_ignoring_case(environment::trimmed(*text), word);
    });
  };
  if (is_one_of({"false", "f", "no", "n", "0"})) return false;
  if (!is_one_of({"true", "t", "yes", "y", "1"}))
    environment.report(environment::reader::named(variable, *text) + " is neither true nor false; using true");
  return true;
}

/// What segments are called where no host's name is taken.
[[nodiscard]] inline std::string find_name(const config& given, pipeline::setup& at_start) {
  const auto settle = [&](std::string name, const char* source) {
    return at_start.settings.record("xray.name", std::move(name), source, environment::visibility::plain);
  };
  if (std::optional<std::string> name = at_start.environment.text("AWS_XRAY_TRACING_NAME"))
    return settle(std::move(*name), "from AWS_XRAY_TRACING_NAME");
  if (!given.name.empty()) return settle(given.name, "set in code");
  return settle(std::string{at_start.resource.text("service.name")}, "the service's");
}

/// Throws pipeline::setup_error where the daemon's address is none.
[[nodiscard]] inline settings read_settings(const config& given, pipeline::setup& at_start) {
  settings made;
  made.enabled = is_enabled(at_start.environment);
  // Nothing can be missing here: a span without a parent is a segment. Checked all the same, since a wrong word is a mistake.
  static_cast<void>(at_start.environment.choice("AWS_XRAY_CONTEXT_MISSING", {"LOG_ERROR", "RUNTIME_ERROR", "IGNORE_ERROR"},
                                                "LOG_ERROR"));
  made.name = find_name(given, at_start);
  settled_daemon_address found = find_daemon_address(given.daemon_address, at_start.environment);
  if (!found.refusal.empty()) throw pipeline::setup_error{found.refusal};
  made.daemon = std::move(found.address);
  made.daemon_source = std::move(found.source);
  at_start.settings.record("xray.daemon_address", made.daemon.udp.shown(), made.daemon_source,
                           environment::visibility::plain);
  return made;
}

/// `"otel.resource.host.name":"web-1",…`
[[nodiscard]] inline std::string resource_members(const resource::resource& from) {
  std::string made;
  for (const resource::attribute& each : from.attributes()) {
    made += (made.empty() ? "\"otel.resource." : ",\"otel.resource.") + record::json_escaped(each.key) + "\":";
    if (const auto* const text = std::get_if<std::string>(&each.value))
      made += '"' + record::json_escaped(*text) + '"';
    else if (const auto* const number = std::get_if<std::int64_t>(&each.value))
      made += std::to_string(*number);
    else
      made += std::get<bool>(each.value) ? "true" : "false";
  }
  return made;
}

/// What is in every document, as the plugins found it.
[[nodiscard]] inline shared_members share(const config& given, const settings& used, const surroundings& where,
                                          const resource::resource& who) {
  shared_members made;
  made.names = {used.name, given.dynamic_naming};
  if (const std::string_view version = who.text("service.version"); !version.empty())
    made.service = "\"version\":\"" + record::json_escaped(version) + '"';
  made.origin = record::json_escaped(where.origin);
  made.aws = where.aws_members + (where.aws_members.empty() ? "" : ",") +
             "\"xray\":{\"sdk\":\"sonde for C++\",\"sdk_version\":\"" + version + '"';
  made.resource = resource_members(who);
  char directory[4096];
  if (::getcwd(directory, sizeof directory) != nullptr) made.working_directory = directory;
  made.facade = where.facade;
  return made;
}

}  // namespace sonde::xray
