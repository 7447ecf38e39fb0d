// SPDX-License-Identifier: MIT
#pragma once

// The limits on spans and logs that the environment sets, as the readers of records apply them.
// Source: OpenTelemetry environment variable specification, "Attribute Limits", "Span Limits", "LogRecord Limits".

#include <cstdint>
#include <optional>
#include <string>

#include <sonde/environment/reader.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::pipeline {

/// The variable of one kind of record, else the general one (which may be null), else `fallback`. What is unusable counts as
/// not set, and the finding says what is used instead.
[[nodiscard]] inline std::uint32_t limit_from(environment::reader& environment, const char* specific, const char* general,
                                              std::uint32_t fallback) {
  const std::string instead = fallback == UINT32_MAX ? "no limit" : std::to_string(fallback);
  const bool has_general = general != nullptr && environment.is_set(general);
  auto found = environment.integer(specific, 0, UINT32_MAX, has_general ? "that of " + std::string{general} : instead);
  if (!found && has_general) found = environment.integer(general, 0, UINT32_MAX, instead);
  return found ? static_cast<std::uint32_t>(*found) : fallback;
}

[[nodiscard]] inline record::span_limits span_limits_from(environment::reader& environment) {
  record::span_limits limits;
  const auto read = [&](std::uint32_t& limit, const char* specific, const char* general = nullptr) {
    limit = limit_from(environment, specific, general, limit);
  };
  read(limits.attributes, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT");
  read(limits.events, "OTEL_SPAN_EVENT_COUNT_LIMIT");
  read(limits.links, "OTEL_SPAN_LINK_COUNT_LIMIT");
  read(limits.event_attributes, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT");
  read(limits.link_attributes, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT");
  read(limits.value_length, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT");
  return limits;
}

[[nodiscard]] inline record::log_limits log_limits_from(environment::reader& environment) {
  record::log_limits limits;
  limits.attributes = limit_from(environment, "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT",
                                 limits.attributes);
  limits.value_length = limit_from(environment, "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                                   "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", limits.value_length);
  return limits;
}

}  // namespace sonde::pipeline
