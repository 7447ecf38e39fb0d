// SPDX-License-Identifier: MIT
#pragma once

// Traces and logs into files as OTLP/JSON lines, one object per line, for tools and tests to read. Included by main alone:
// `sonde::file::exporter{{.path = "traces.jsonl", .logs_path = "logs.jsonl"}}`. Source: OpenTelemetry specification, "File
// exporter".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include <sonde/otlp/json.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/file_writer.hpp>

namespace sonde::file {

/// A file holds one signal. Each is created for its owner alone (0600) and appended to; a symbolic link is followed, but not in
/// a directory that everybody may write to.
struct config {
  std::string path{};       // of traces
  std::string logs_path{};  // of logs
};

/// The file of one signal, and what waits for it.
class lines {
 public:
  /// Throws pipeline::setup_error where the file cannot be opened.
  void open(const std::string& path, const resource::resource& who, otlp::signal what) {
    const std::string why_not = file_.open(path, transport::file_writer::existing::appended_to);
    if (!why_not.empty()) throw pipeline::setup_error{why_not};
    encoder_.emplace(who, what);
    what_ = what;
  }
  [[nodiscard]] bool is_open() const noexcept { return encoder_.has_value(); }

  /// False where the file takes no more. Throws std::bad_alloc; then the record is not kept.
  template <class Record>
  [[nodiscard]] bool write(const Record& each) {
    if (!is_open() || !file_.push()) return false;
    if (encoder_->size() >= longest_line) end_line();
    encoder_->append(each);
    return true;
  }
  void flush() {
    if (!is_open()) return;
    end_line();
    static_cast<void>(file_.push());
  }
  void close() noexcept { file_.close(); }

  [[nodiscard]] std::string failure() const { return file_.failure(); }
  /// How many have reached the file since the last call.
  [[nodiscard]] std::uint64_t take_written() noexcept {
    const transport::file_writer::records written = file_.take_written();
    return written.spans + written.logs;
  }

 private:
  static constexpr std::size_t longest_line = std::size_t{256} << 10;

  /// What memory does not suffice for now stays for the next time.
  void end_line() {
    while (unwritten_.count() != 0 || encoder_->count() != 0) {
      if (unwritten_.count() == 0) unwritten_ = encoder_->take();
      const std::uint64_t count = unwritten_.count();
      file_.add(encoder_->request(unwritten_) + '\n', what_ == otlp::signal::traces
                                                          ? transport::file_writer::records{count, 0}
                                                          : transport::file_writer::records{0, count});
      unwritten_ = {};
    }
  }

  transport::file_writer file_;
  std::optional<otlp::json_encoder> encoder_;  // from open() on
  otlp::signal what_ = otlp::signal::traces;
  otlp::batch unwritten_;
};

/// Records of one pass of the collector share a line. What a full disk does not take is kept and tried again, so that no line
/// is ever torn within the file; meanwhile further records are refused.
class exporter {
 public:
  exporter() = default;
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "file"; }

  /// Throws pipeline::setup_error where a file cannot be opened, or no path was given.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    if (given_.path.empty() && given_.logs_path.empty())
      throw pipeline::setup_error{"no path was given: write file::exporter{{.path = \"traces.jsonl\"}}"};
    if (!given_.path.empty()) traces_.open(given_.path, at_start.resource, otlp::signal::traces);
    if (!given_.logs_path.empty()) logs_.open(given_.logs_path, at_start.resource, otlp::signal::logs);
    if (!given_.path.empty() && !given_.logs_path.empty() && is_one_file())
      throw pipeline::setup_error{"'" + given_.path + "' and '" + given_.logs_path +
                                  "' are one file: give traces and logs one each"};
    const std::string traces = given_.path.empty() ? "" : "traces to '" + given_.path + "'";
    const std::string logs = given_.logs_path.empty() ? "" : "logs to '" + given_.logs_path + "'";
    return traces + (traces.empty() || logs.empty() ? "" : ", ") + logs + " as OTLP/JSON lines";
  }

  /// A signal without a path is counted as unsupported.
  [[nodiscard]] bool takes(const pipeline::tally& one) const noexcept {
    return one.spans != 0 ? traces_.is_open() : logs_.is_open();
  }
  /// False where the file takes no more; `failure` says why. What it returns true for is written later: see take_settled().
  [[nodiscard]] bool write(const record::span_view& span) { return write(&exporter::traces_, span); }
  [[nodiscard]] bool write(const record::log_view& log) { return write(&exporter::logs_, log); }
  [[nodiscard]] std::string failure() const { return (this->*failed_).failure(); }
  /// What has reached the files since the last call.
  [[nodiscard]] pipeline::settlement take_settled() noexcept {
    return {{traces_.take_written(), logs_.take_written()}, {}};
  }

  void flush() {
    traces_.flush();
    logs_.flush();
  }
  void close() {
    flush();
    traces_.close();
    logs_.close();
  }

 private:
  template <class Record>
  [[nodiscard]] bool write(lines exporter::*to, const Record& each) {
    if ((this->*to).write(each)) return true;
    failed_ = to;
    return false;
  }
  [[nodiscard]] bool is_one_file() const noexcept {
    struct stat one {};
    struct stat other {};
    return stat(given_.path.c_str(), &one) == 0 && stat(given_.logs_path.c_str(), &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino && S_ISREG(one.st_mode);
  }

  config given_;
  lines traces_;
  lines logs_;
  lines exporter::*failed_ = &exporter::traces_;  // the last that took no more
};

static_assert(pipeline::sink<exporter>);

}  // namespace sonde::file
