// SPDX-License-Identifier: MIT
#pragma once

// A random service.instance.id, which tells the running copies of a service apart.
// Source: OpenTelemetry semantic conventions, "Service"; RFC 9562, version 4.

#include <string>

#include <sys/random.h>
#include <unistd.h>

namespace sonde::resource {

/// `bytes` with version and variant set: `f81d4fae-7dec-41d0-a765-00a0c91e6bf6`.
[[nodiscard]] inline std::string written_uuid(unsigned char (&bytes)[16]) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15U];
  }
  return text;
}

/// Another one with each call; empty where the system has no randomness to give.
[[nodiscard]] inline std::string random_instance_id() {
  unsigned char bytes[16];
  const bool drawn = getrandom(bytes, sizeof bytes, GRND_NONBLOCK) == static_cast<ssize_t>(sizeof bytes);
  return drawn ? written_uuid(bytes) : std::string{};
}

}  // namespace sonde::resource
