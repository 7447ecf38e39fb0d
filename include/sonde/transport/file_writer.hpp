// SPDX-License-Identifier: MIT
#pragma once

// A file that exporters write piece by piece. What a full disk does not take waits here and is tried again, so that no piece
// is ever torn within the file. Used by adapters/file.hpp and adapters/trace_event.hpp.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sonde::transport {

class file_writer {
 public:
  /// What to do with what an existing file holds. Many processes may append to one file; one alone may replace it.
  enum class existing { appended_to, replaced };
  /// What a piece was made of, for the ledger.
  struct records {
    std::uint64_t spans = 0;
    std::uint64_t logs = 0;
  };

  /// Creates the file for its owner alone (0600); a symbolic link is followed. Empty, or a sentence on why it cannot be used.
  [[nodiscard]] std::string open(std::string path, existing what) {
    path_ = std::move(path);
    descriptor opened{::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (opened.number < 0) return "cannot open '" + path_ + "': " + std::strerror(errno);
    if (what == existing::replaced && is_regular(opened.number)) {
      if (flock(opened.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return "'" + path_ + "' is being written by another session; give each process a path of its own";
      if (ftruncate(opened.number, 0) != 0) return "cannot empty '" + path_ + "': " + std::strerror(errno);
    }
    file_ = std::move(opened);
    return {};
  }
  [[nodiscard]] bool is_open() const noexcept { return file_.number >= 0; }

  /// Takes a piece to write. Throws std::bad_alloc; then it is not taken.
  void add(std::string_view bytes, records made_of) {
    const std::size_t before = waiting_.size();
    waiting_ += bytes;
    try {
      pieces_.push_back({bytes.size(), made_of});
    } catch (...) {
      waiting_.resize(before);
      throw;
    }
  }

  /// Writes what waits; false where some of it still does, and then `failure` says why.
  [[nodiscard]] bool push() noexcept {
    std::size_t done = 0;
    while (done < waiting_.size()) {
      const ssize_t wrote = ::write(file_.number, waiting_.data() + done, waiting_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) {
        error_ = wrote < 0 ? errno : ENOSPC;
        break;
      }
      done += static_cast<std::size_t>(wrote);
    }
    waiting_.erase(0, done);
    for (; !pieces_.empty() && done >= pieces_.front().left; pieces_.pop_front()) {
      done -= pieces_.front().left;
      written_.spans += pieces_.front().made_of.spans;
      written_.logs += pieces_.front().made_of.logs;
    }
    if (!pieces_.empty()) pieces_.front().left -= done;
    return waiting_.empty();
  }
  [[nodiscard]] std::string failure() const { return "cannot write to '" + path_ + "': " + std::strerror(error_); }

  /// What has reached the file whole since the last call.
  [[nodiscard]] records take_written() noexcept { return std::exchange(written_, {}); }

  void close() noexcept { file_ = descriptor{}; }

 private:
  struct piece {
    std::size_t left;  // bytes that still wait
    records made_of;
  };

  struct descriptor {
    int number = -1;

    descriptor() = default;
    explicit descriptor(int opened) noexcept : number{opened} {}
    descriptor(descriptor&& other) noexcept : number{std::exchange(other.number, -1)} {}
    descriptor& operator=(descriptor&& other) noexcept {
      std::swap(number, other.number);
      return *this;
    }
    ~descriptor() {
      if (number >= 0) ::close(number);
    }
  };

  /// Devices and pipes are neither locked nor emptied.
  [[nodiscard]] static bool is_regular(int number) noexcept {
    struct stat found {};
    return fstat(number, &found) == 0 && S_ISREG(found.st_mode);
  }

  std::string path_;
  descriptor file_;
  std::string waiting_;       // whole pieces, but for what the file has of the first
  std::deque<piece> pieces_;  // of `waiting_`
  records written_;
  int error_ = 0;
};

}  // namespace sonde::transport
