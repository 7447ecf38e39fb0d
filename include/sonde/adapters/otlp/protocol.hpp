// SPDX-License-Identifier: MIT
#pragma once

// The three ways OTLP travels, and how it may be compressed. Source: OTLP specification 1.11, "Protocol Details".

#include <cstdint>
#include <string_view>

namespace sonde::otlp {

enum class protocol : std::uint8_t { http_protobuf, http_json, grpc };
enum class compression : std::uint8_t { none, gzip };

/// As OTEL_EXPORTER_OTLP_PROTOCOL has them.
[[nodiscard]] constexpr std::string_view name_of(protocol which) noexcept {
  switch (which) {
    case protocol::http_json: return "http/json";
    case protocol::grpc: return "grpc";
    default: return "http/protobuf";
  }
}
[[nodiscard]] constexpr std::string_view name_of(compression which) noexcept {
  return which == compression::gzip ? "gzip" : "none";
}

}  // namespace sonde::otlp
