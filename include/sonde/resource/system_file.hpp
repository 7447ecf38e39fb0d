// SPDX-License-Identifier: MIT
#pragma once

// Reads a small file of the system: /etc/os-release, /proc/self/cgroup. Used by the detectors of this room.

#include <cstddef>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace sonde::resource {

/// The first `most` bytes; empty where there is no such file, or none that may be read.
[[nodiscard]] inline std::string system_file(const char* path, std::size_t most = std::size_t{1} << 20) {
  std::string text;
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);  // not to wait, whatever lies there
  if (file < 0) return text;
  char piece[4096];
  for (ssize_t size = 0; text.size() < most && (size = read(file, piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(size));
  close(file);
  if (text.size() > most) text.resize(most);
  return text;
}

}  // namespace sonde::resource
