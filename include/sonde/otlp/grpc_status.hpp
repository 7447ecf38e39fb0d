// SPDX-License-Identifier: MIT
#pragma once

// How a gRPC call ended: its status by number and name, and how long the server wants to be left alone. Used by adapters/otlp.
// Source: gRPC, "Status codes", "HTTP to gRPC Status Code Mapping"; google.rpc.RetryInfo.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/encoding/base64.hpp>
#include <sonde/otlp/response.hpp>

namespace sonde::otlp {

enum class grpc_code : std::uint8_t {
  ok,
  cancelled,
  unknown,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
  unauthenticated,
};

/// As gRPC's documents write them.
[[nodiscard]] constexpr std::string_view name_of(grpc_code code) noexcept {
  constexpr std::string_view names[] = {
      "OK",         "CANCELLED",          "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED", "NOT_FOUND",
      "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",       "OUT_OF_RANGE",
      "UNIMPLEMENTED",  "INTERNAL",          "UNAVAILABLE",        "DATA_LOSS",           "UNAUTHENTICATED"};
  return names[static_cast<std::size_t>(code)];
}

/// Of a header grpc-status; unknown for a number that has no name.
[[nodiscard]] constexpr grpc_code grpc_code_of(std::string_view digits) noexcept {
  unsigned number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9' || number > 16) return grpc_code::unknown;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return digits.empty() || number > 16 ? grpc_code::unknown : static_cast<grpc_code>(number);
}

/// Where a proxy answered in the server's place, without a grpc-status.
[[nodiscard]] constexpr grpc_code grpc_code_of_http(int status) noexcept {
  switch (status) {
    case 400: return grpc_code::internal;
    case 401: return grpc_code::unauthenticated;
    case 403: return grpc_code::permission_denied;
    case 404: return grpc_code::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504: return grpc_code::unavailable;
    default: return grpc_code::unknown;
  }
}

/// Whether the same request may do better later. RESOURCE_EXHAUSTED may where the server says when.
/// Source: OTLP specification 1.11, "Failures".
[[nodiscard]] constexpr bool is_retryable(grpc_code code) noexcept {
  using enum grpc_code;
  return code == cancelled || code == deadline_exceeded || code == aborted || code == out_of_range || code == unavailable ||
         code == data_loss;
}

/// The RetryInfo in grpc-status-details-bin; nothing where there is none. Zero leaves the wait to us.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> read_retry_info(std::string_view details_bin) {
  std::string status(details_bin.size(), '\0');
  const char* const end = encoding::get_base64(status.data(), {details_bin.data(), details_bin.size()});
  if (end == nullptr) return std::nullopt;
  status.resize(static_cast<std::size_t>(end - status.data()));
  for (field_cursor detail{status}; detail.next();) {
    if (detail.field() != 3) continue;
    std::string_view type;
    std::string_view value;
    for (field_cursor any{detail.bytes()}; any.next();) (any.field() == 1 ? type : value) = any.bytes();
    if (!type.ends_with("/google.rpc.RetryInfo")) continue;
    std::chrono::milliseconds delay{0};
    for (field_cursor info{value}; info.next();) {
      if (info.field() != 1) continue;
      constexpr std::int64_t longest = 366 * 86'400;
      for (field_cursor duration{info.bytes()}; duration.next();) {
        const auto number = static_cast<std::int64_t>(duration.number());
        if (number < 0) continue;
        if (duration.field() == 1) delay += std::chrono::seconds{number < longest ? number : longest};
        if (duration.field() == 2) delay += std::chrono::milliseconds{number / 1'000'000 % 1000};
      }
    }
    return delay;
  }
  return std::nullopt;
}

}  // namespace sonde::otlp
