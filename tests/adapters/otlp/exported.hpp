// SPDX-License-Identifier: MIT
#pragma once

// Reads as much of an exported message as is needed to count and tell its records apart: ids of spans, texts of logs.
// Used by the tests of adapters/otlp.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <sonde/otlp/response.hpp>

namespace sonde::tests {

/// What gzip made small; empty where it is not whole.
[[nodiscard]] inline std::string gunzipped(std::string_view small) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return {};
  std::string whole;
  std::string piece(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(small.data()));
  stream.avail_in = static_cast<uInt>(small.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    whole.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return result == Z_STREAM_END && stream.avail_in == 0 ? whole : std::string{};
}

/// Of spans their ids, of logs their texts. Source: opentelemetry-proto 1.11, trace.proto, logs.proto.
[[nodiscard]] inline std::vector<std::string> records_in(std::string_view message) {
  std::vector<std::string> found;
  if (message.starts_with('{')) {
    const nlohmann::json whole = nlohmann::json::parse(message);
    for (const auto& [resources, scopes, records, mark] : {std::array{"resourceSpans", "scopeSpans", "spans", "/spanId"},
                                                           {"resourceLogs", "scopeLogs", "logRecords", "/body/stringValue"}})
      if (whole.contains(resources))
        for (const auto& resource : whole.at(resources))
          for (const auto& scope : resource.at(scopes))
            for (const auto& record : scope.at(records))
              found.push_back(record.at(nlohmann::json::json_pointer{mark}).get<std::string>());
    return found;
  }
  for (otlp::field_cursor resources{message}; resources.next();)
    for (otlp::field_cursor scopes{resources.bytes()}; scopes.next();) {
      if (scopes.field() != 2) continue;
      for (otlp::field_cursor records{scopes.bytes()}; records.next();) {
        if (records.field() != 2) continue;
        std::string id;
        for (otlp::field_cursor fields{records.bytes()}; fields.next();) {
          if (fields.field() == 2 && fields.bytes().size() == 8) id = fields.bytes();  // a span's id
          if (fields.field() == 5 && id.empty()) {                                     // a log's text
            otlp::field_cursor text{fields.bytes()};
            if (text.next() && text.field() == 1) id = text.bytes();
          }
        }
        found.push_back(id);
      }
    }
  return found;
}

}  // namespace sonde::tests
