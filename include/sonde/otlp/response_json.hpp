// SPDX-License-Identifier: MIT
#pragma once

// What an OTLP backend answers, in JSON: how many records it refused and why, or the error's text. What cannot be read says
// nothing. Used by adapters/otlp. Source: OTLP specification 1.11, "JSON Protobuf Encoding"; google.rpc.Status.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/encoding/json_reader.hpp>

namespace sonde::otlp {

struct json_partial_success {
  std::uint64_t rejected = 0;
  std::string message{};
};

/// The text of a member; empty where there is none.
[[nodiscard]] inline std::string text_member(const encoding::json_value& of, const char* name) {
  const std::string* const found = of.text(name);
  return found != nullptr ? *found : std::string{};
}

/// From an ExportTraceServiceResponse or ExportLogsServiceResponse. A 64-bit integer may come as number or as text.
[[nodiscard]] inline json_partial_success read_json_partial_success(std::string_view response) {
  json_partial_success found;
  const encoding::json_value whole = encoding::read_json_object(response);
  const encoding::json_value* const partial = whole.find("partialSuccess");
  if (partial == nullptr) return found;
  for (const char* name : {"rejectedSpans", "rejectedLogRecords"}) {
    const encoding::json_value* const count = partial->find(name);
    if (count == nullptr) continue;
    if (const auto number = count->unsigned_integer()) found.rejected = *number;
    if (const std::string* const digits = count->text())
      static_cast<void>(std::from_chars(digits->data(), digits->data() + digits->size(), found.rejected));
  }
  found.message = text_member(*partial, "errorMessage");
  return found;
}

/// The message of a google.rpc.Status; empty where it is none.
[[nodiscard]] inline std::string read_json_error(std::string_view status) {
  return text_member(encoding::read_json_object(status), "message");
}

}  // namespace sonde::otlp
