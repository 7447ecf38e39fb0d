// SPDX-License-Identifier: MIT
#pragma once

// Traces into a file as OTLP/JSON lines, one TracesData object per line, for tools and tests to read. Included by main alone:
// `sonde::file::exporter{{.path = "traces.jsonl"}}`. Source: OpenTelemetry specification, "File exporter".

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <sonde/otlp/json.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::file {

struct config {
  std::string path{};  // created for its owner alone (0600) and appended to; a symbolic link is followed
};

/// Spans of one pass of the collector share a line. What a full disk does not take is kept and tried again, so that no line
/// is ever torn within the file; meanwhile further spans are refused.
class exporter {
 public:
  exporter() = default;
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "file"; }

  /// Throws pipeline::setup_error where the file cannot be opened.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    if (given_.path.empty()) throw pipeline::setup_error{"no path was given: write file::exporter{{.path = \"traces.jsonl\"}}"};
    file_ = descriptor{::open(given_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (file_.number < 0) throw pipeline::setup_error{"cannot open '" + given_.path + "': " + std::strerror(errno)};
    encoder_ = std::make_unique<otlp::json_encoder>(at_start.resource);
    return "traces to '" + given_.path + "' as OTLP/JSON lines";
  }

  /// False where the file takes no more; `failure` says why. What it returns true for is written later: see take_written().
  [[nodiscard]] bool write(const record::span_view& span) {
    if (!waiting_.empty() && !push()) return false;
    encoder_->append(span);
    ++encoded_;
    if (encoder_->size() >= longest_line) flush();
    return true;
  }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  /// How many spans have reached the file since the last call.
  [[nodiscard]] std::uint64_t take_written() noexcept { return std::exchange(written_, 0); }

  void flush() {
    if (encoder_ != nullptr && encoder_->size() != 0) {
      const std::size_t before = waiting_.size();
      waiting_ += encoder_->take();
      waiting_ += '\n';
      lines_.push_back({waiting_.size() - before, std::exchange(encoded_, 0)});
    }
    static_cast<void>(push());
  }
  void close() {
    flush();
    file_ = descriptor{};
  }

 private:
  static constexpr std::size_t longest_line = std::size_t{256} << 10;

  /// Writes what waits; false where some of it still does.
  [[nodiscard]] bool push() {
    std::size_t done = 0;
    while (done < waiting_.size()) {
      const ssize_t wrote = ::write(file_.number, waiting_.data() + done, waiting_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) {
        failure_ = "cannot write to '" + given_.path + "': " + std::strerror(wrote < 0 ? errno : ENOSPC);
        break;
      }
      done += static_cast<std::size_t>(wrote);
    }
    waiting_.erase(0, done);
    for (; !lines_.empty() && done >= lines_.front().size; lines_.pop_front()) {
      done -= lines_.front().size;
      written_ += lines_.front().spans;
    }
    if (!lines_.empty()) lines_.front().size -= done;
    return waiting_.empty();
  }

  /// What of a line still waits, and how many spans it holds.
  struct line {
    std::size_t size;
    std::uint64_t spans;
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

  config given_;
  descriptor file_;
  std::unique_ptr<otlp::json_encoder> encoder_;  // from open() on
  std::string waiting_;                          // whole lines, but for what the file has of the first
  std::deque<line> lines_;                       // of `waiting_`
  std::uint64_t encoded_ = 0;                    // spans in the encoder
  std::uint64_t written_ = 0;
  std::string failure_;
};

static_assert(pipeline::sink<exporter>);

}  // namespace sonde::file
