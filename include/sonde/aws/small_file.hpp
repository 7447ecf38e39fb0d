// SPDX-License-Identifier: MIT
#pragma once

// Reads a small file whole: the shared AWS files and the container's authorization token. Never blocks on a pipe and
// never takes in more than it was told to.

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sonde::aws {

struct small_file {
  std::string text{};
  bool exists = false;   // a regular file of that name
  std::string error{};  // why it could not be read, as the end of a sentence; empty if it was, or is not there
};

[[nodiscard]] inline small_file read_small_file(const std::string& path, std::size_t max_size) {
  small_file result;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) {
    result.exists = errno == EACCES || errno == EPERM;
    if (result.exists) result.error = "cannot be read: " + std::generic_category().message(errno);
    return result;
  }
  struct stat status {};
  result.exists = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  if (result.exists) {
    result.text.resize(max_size + 1);
    std::size_t size = 0;
    ssize_t read = 0;
    do {
      read = ::read(file, result.text.data() + size, result.text.size() - size);
      if (read > 0) size += static_cast<std::size_t>(read);
    } while ((read > 0 && size < result.text.size()) || (read < 0 && errno == EINTR));
    if (read < 0) result.error = "cannot be read: " + std::generic_category().message(errno);
    if (size > max_size) result.error = "is larger than " + std::to_string(max_size / 1024) + " KiB";
    result.text.resize(result.error.empty() ? size : 0);
  }
  ::close(file);
  return result;
}

}  // namespace sonde::aws
