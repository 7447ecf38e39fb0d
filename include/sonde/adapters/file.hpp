// SPDX-License-Identifier: MIT
#pragma once

// Traces into a file as OTLP/JSON lines, one TracesData object per line, for tools and tests to read. Included by main alone:
// `sonde::file::exporter{{.path = "traces.jsonl"}}`. Source: OpenTelemetry specification, "File exporter".

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/otlp/json.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/file_writer.hpp>

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
    const std::string why_not = file_.open(given_.path, transport::file_writer::existing::appended_to);
    if (!why_not.empty()) throw pipeline::setup_error{why_not};
    encoder_ = std::make_unique<otlp::json_encoder>(at_start.resource);
    return "traces to '" + given_.path + "' as OTLP/JSON lines";
  }

  /// False where the file takes no more; `failure` says why. What it returns true for is written later: see take_settled().
  [[nodiscard]] bool write(const record::span_view& span) {
    if (!file_.push()) return false;
    encoder_->append(span);
    ++encoded_;
    if (encoder_->size() >= longest_line) flush();
    return true;
  }
  [[nodiscard]] std::string failure() const { return file_.failure(); }
  /// The spans that have reached the file since the last call.
  [[nodiscard]] pipeline::settlement take_settled() noexcept { return {{file_.take_written().spans, 0}, {}}; }

  void flush() {
    if (encoder_ != nullptr && encoder_->size() != 0) {
      const std::string line = encoder_->take() + '\n';
      file_.add(line, {std::exchange(encoded_, 0), 0});
    }
    static_cast<void>(file_.push());
  }
  void close() {
    flush();
    file_.close();
  }

 private:
  static constexpr std::size_t longest_line = std::size_t{256} << 10;

  config given_;
  transport::file_writer file_;
  std::unique_ptr<otlp::json_encoder> encoder_;  // from open() on
  std::uint64_t encoded_ = 0;                    // spans in the encoder
};

static_assert(pipeline::sink<exporter>);

}  // namespace sonde::file
