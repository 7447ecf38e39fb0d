// SPDX-License-Identifier: MIT
#pragma once

// What an OTLP backend answers, in JSON: how many records it refused and why, or the error's text. What cannot be read says
// nothing. Used by adapters/otlp. Source: OTLP specification 1.11, "JSON Protobuf Encoding"; google.rpc.Status.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace sonde::otlp {

struct json_partial_success {
  std::uint64_t rejected = 0;
  std::string message{};
};

/// Null where it is no JSON object, or one too deep to be an answer.
[[nodiscard]] inline nlohmann::json parsed_reply(std::string_view text) {
  constexpr int deepest = 32;
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth <= deepest; };
  nlohmann::json read = nlohmann::json::parse(text, shallow, false);
  return read.is_object() ? read : nlohmann::json{};
}
/// The text of a member; empty where there is none.
[[nodiscard]] inline std::string text_member(const nlohmann::json& of, const char* name) {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// From an ExportTraceServiceResponse or ExportLogsServiceResponse. A 64-bit integer may come as number or as text.
[[nodiscard]] inline json_partial_success read_json_partial_success(std::string_view response) {
  json_partial_success found;
  const nlohmann::json whole = parsed_reply(response);
  if (!whole.is_object()) return found;
  const auto partial = whole.find("partialSuccess");
  if (partial == whole.end() || !partial->is_object()) return found;
  for (const char* name : {"rejectedSpans", "rejectedLogRecords"}) {
    const auto count = partial->find(name);
    if (count == partial->end()) continue;
    if (count->is_number_unsigned()) found.rejected = count->get<std::uint64_t>();
    if (count->is_string()) {
      const auto& digits = count->get_ref<const std::string&>();
      static_cast<void>(std::from_chars(digits.data(), digits.data() + digits.size(), found.rejected));
    }
  }
  found.message = text_member(*partial, "errorMessage");
  return found;
}

/// The message of a google.rpc.Status; empty where it is none.
[[nodiscard]] inline std::string read_json_error(std::string_view status) { return text_member(parsed_reply(status), "message"); }

}  // namespace sonde::otlp
