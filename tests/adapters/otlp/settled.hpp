// SPDX-License-Identifier: MIT
#pragma once

// The start of a session without a session: what settings_reader makes of some variables, and what it says of them.
// Used by the tests of adapters/otlp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/otlp/settings_reader.hpp>

namespace sonde::tests {

using variables = std::vector<environment::variable>;

/// Settings of one signal.
struct settled {
  otlp::settings value{};
  std::string findings{};    // one a line
  std::string provenance{};  // one a line: `otlp.traces.protocol = grpc (set in code)`
  std::string refusal{};     // where code got something wrong
};

[[nodiscard]] inline settled settle(const otlp::config& config, const variables& given = {},
                                    otlp::signal which = otlp::signal::traces,
                                    std::size_t queue_bytes = std::size_t{32} << 20) {
  const resource::resource who;
  const record::span_limits limits;
  environment::reader environment{given};
  environment::provenance settings;
  pipeline::setup at_start{who, limits, environment, settings, queue_bytes};
  settled made;
  try {
    made.value = otlp::settings_reader{config, which, at_start}.read();
  } catch (const pipeline::setup_error& error) {
    made.refusal = error.what();
  }
  for (const environment::finding& each : environment.findings()) made.findings += each.sentence + '\n';
  for (const environment::setting& each : settings.settings()) made.provenance += each.sentence() + '\n';
  return made;
}
/// Where code says nothing.
[[nodiscard]] inline settled from_environment(const variables& given, otlp::signal which = otlp::signal::traces) {
  return settle({}, given, which);
}

}  // namespace sonde::tests
