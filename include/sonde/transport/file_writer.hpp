// SPDX-License-Identifier: MIT
#pragma once

// A file that exporters write piece by piece. What a full disk does not take waits here and is tried again, so that no piece
// is ever torn within the file; nor is a pipe waited for that nobody reads. Used by adapters/file.hpp and adapters/trace_event.hpp.

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
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

  /// Creates the file for its owner alone (0600). A symbolic link is followed, but not in a directory that everybody may write
  /// to: there it could be anybody's, and so could the file. Empty, or a sentence on why it cannot be used.
  [[nodiscard]] std::string open(std::string path, existing what) {
    path_ = std::move(path);
    const bool shared = is_writable_for_all(parent_of(path_));
    // Not to wait for somebody who reads a pipe: nobody may ever come.
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    descriptor opened{::open(path_.c_str(), shared ? flags | O_NOFOLLOW : flags, 0600)};
    if (opened.number < 0 && errno == ELOOP && shared) return refusal("is a symbolic link");
    if (opened.number < 0 && errno == ENXIO) return "cannot open '" + path_ + "': it is a pipe that nobody reads";
    if (opened.number < 0) return "cannot open '" + path_ + "': " + std::generic_category().message(errno);
    if (shared && !is_ours_alone(opened.number)) return refusal("is not this user's alone");
    if (what == existing::replaced && is_regular(opened.number)) {
      if (flock(opened.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return "'" + path_ + "' is being written by another session; give each process a path of its own";
      if (ftruncate(opened.number, 0) != 0)
        return "cannot empty '" + path_ + "': " + std::generic_category().message(errno);
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

  /// Writes what waits; false where some of it still does, and then `failure` says why. A full pipe is given a moment, once
  /// until it has taken everything.
  [[nodiscard]] bool push() noexcept {
    const auto until = waiting_.empty() ? time_point{} : std::chrono::steady_clock::now() + pipe_patience;
    std::size_t done = 0;
    while (done < waiting_.size()) {
      const ssize_t wrote = ::write(file_.number, waiting_.data() + done, waiting_.size() - done);
      if (wrote < 0 && (errno == EINTR || (errno == EAGAIN && has_room_by(until)))) continue;
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
    if (waiting_.empty()) clogged_ = false;
    return waiting_.empty();
  }
  [[nodiscard]] std::string failure() const {
    const bool is_pipe = error_ == EAGAIN;
    return "cannot write to '" + path_ +
           "': " + (is_pipe ? "its reader does not keep up" : std::generic_category().message(error_));
  }

  /// What has reached the file whole since the last call.
  [[nodiscard]] records take_written() noexcept { return std::exchange(written_, {}); }

  void close() noexcept { file_ = descriptor{}; }

 private:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds pipe_patience{20};

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

  [[nodiscard]] static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
  }
  [[nodiscard]] static bool is_writable_for_all(const std::string& directory) noexcept {
    struct stat found {};
    return stat(directory.c_str(), &found) == 0 && (found.st_mode & S_IWOTH) != 0;
  }
  /// Nobody else's, and by no second name, which could be that of another file of ours.
  [[nodiscard]] static bool is_ours_alone(int number) noexcept {
    struct stat found {};
    return fstat(number, &found) == 0 && found.st_uid == geteuid() && (found.st_nlink == 1 || !S_ISREG(found.st_mode));
  }
  [[nodiscard]] std::string refusal(std::string_view why) const {
    return "'" + path_ + "' " + std::string{why} +
           ", in a directory that everybody may write to; give a path in a directory of your own";
  }
  /// Devices and pipes are neither locked nor emptied.
  [[nodiscard]] static bool is_regular(int number) noexcept {
    struct stat found {};
    return fstat(number, &found) == 0 && S_ISREG(found.st_mode);
  }

  /// Of a pipe; errno stays EAGAIN where it has none.
  [[nodiscard]] bool has_room_by(time_point until) noexcept {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd room{file_.number, POLLOUT, 0};
    const bool found = !clogged_ && left.count() > 0 && ::poll(&room, 1, static_cast<int>(left.count())) > 0;
    clogged_ = !found;
    errno = EAGAIN;
    return found;
  }

  std::string path_;
  descriptor file_;
  std::string waiting_;       // whole pieces, but for what the file has of the first
  std::list<piece> pieces_;   // of `waiting_`; a list, because to move a deque takes memory
  records written_;
  int error_ = 0;
  bool clogged_ = false;  // a pipe, when last waited for
};

}  // namespace sonde::transport
