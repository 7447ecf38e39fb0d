// SPDX-License-Identifier: MIT
#pragma once

// Writes text to a file descriptor without ever blocking the collector for long: a terminal or file takes it whole, a
// pipe nobody reads is given up on.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sonde::console {

class output {
 public:
  output() = default;
  explicit output(int fd) : fd_{fd} {
    struct stat about {};
    exists_ = ::fstat(fd, &about) == 0;
    may_block_ = exists_ && !S_ISREG(about.st_mode);
  }

  [[nodiscard]] bool exists() const noexcept { return exists_; }
  /// Why the last write failed; null after one that went well.
  [[nodiscard]] const char* failure() const noexcept { return failure_; }

  /// False where the text did not go out as a whole.
  bool write(std::string_view text) noexcept {
    while (!text.empty()) {
      if (may_block_ && !ready()) return fail("nobody reads it");
      // What poll calls writable takes at least this much without blocking (POSIX, PIPE_BUF).
      const std::size_t size = may_block_ ? std::min<std::size_t>(text.size(), 4096) : text.size();
      const ssize_t written = ::write(fd_, text.data(), size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EAGAIN) return fail("nobody reads it");
      if (written <= 0) return fail(written == 0 ? "it takes nothing" : ::strerrordesc_np(errno));
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    failure_ = nullptr;
    return true;
  }

 private:
  static constexpr int patience_ms = 100;

  /// Waits only while things go well.
  [[nodiscard]] bool ready() const noexcept {
    pollfd waiting{fd_, POLLOUT, 0};
    int found = 0;
    do found = ::poll(&waiting, 1, failure_ == nullptr ? patience_ms : 0);
    while (found < 0 && errno == EINTR);
    return found != 0;  // on an error the write says which
  }
  bool fail(const char* why) noexcept {
    failure_ = why != nullptr ? why : "it failed";
    return false;
  }

  int fd_ = -1;
  bool exists_ = false;
  bool may_block_ = false;
  const char* failure_ = nullptr;
};

}  // namespace sonde::console
