// SPDX-License-Identifier: MIT
#pragma once

// gRPC's length-prefixed messages: one flag, four bytes of length, the message. Used by adapters/otlp for requests and replies.
// Source: gRPC over HTTP2, "Length-Prefixed-Message".

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::otlp {

inline constexpr std::size_t grpc_prefix_size = 5;

/// `message` as it travels. `compressed`: by what the header grpc-encoding says.
[[nodiscard]] inline std::string grpc_framed(std::string_view message, bool compressed) {
  std::string framed;
  framed.reserve(grpc_prefix_size + message.size());
  framed += compressed ? '\1' : '\0';
  for (unsigned shift = 32; shift != 0; shift -= 8) framed += static_cast<char>(message.size() >> (shift - 8) & 0xFF);
  framed += message;
  return framed;
}

/// The one message of a reply; empty where there is none, where it is compressed (nobody asked for that) or cut off.
[[nodiscard]] inline std::string_view grpc_message_in(std::string_view body) noexcept {
  if (body.size() < grpc_prefix_size || body[0] != '\0') return {};
  std::size_t size = 0;
  for (std::size_t i = 1; i < grpc_prefix_size; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
  body.remove_prefix(grpc_prefix_size);
  return size <= body.size() ? body.substr(0, size) : std::string_view{};
}

}  // namespace sonde::otlp
