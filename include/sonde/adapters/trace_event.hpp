// SPDX-License-Identifier: MIT
#pragma once

// Spans and logs as a picture: a file of Chrome trace events, for ui.perfetto.dev and chrome://tracing. Included by main alone:
// `sonde::trace_event::exporter{{.path = "trace.json"}}`.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <unistd.h>

#include <sonde/adapters/trace_event/event_writer.hpp>
#include <sonde/adapters/trace_event/lane.hpp>
#include <sonde/adapters/trace_event/time_line.hpp>
#include <sonde/encoding/time_text.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/file_writer.hpp>

namespace sonde::trace_event {

struct config {
  std::string path{};  // created for its owner alone (0600); what was there is replaced; see file_writer.hpp
};

/// Spans are drawn within each other on the thread that ended them; those that would cross others there, on tracks of their
/// own. The file is written as spans end: cut off at any line, viewers still read it.
class exporter {
 public:
  exporter() = default;
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "trace_event"; }

  /// Throws pipeline::setup_error where the file cannot be opened, or another session is writing it.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    if (given_.path.empty())
      throw pipeline::setup_error{"no path was given: write trace_event::exporter{{.path = \"trace.json\"}}"};
    const std::string why_not = file_.open(given_.path, transport::file_writer::existing::replaced);
    if (!why_not.empty()) throw pipeline::setup_error{why_not};
    char base[encoding::max_rfc3339_size];
    const char* const end = encoding::put_signed_rfc3339(base, times_.emplace().base_unix_nano());
    events_.name_process(static_cast<std::uint32_t>(getpid()), at_start.resource.text("service.name"),
                         "0 is " + std::string{base, static_cast<std::size_t>(end - base)});
    return "trace events to '" + given_.path + "', for ui.perfetto.dev and chrome://tracing";
  }

  /// False where the file takes no more; `failure` says why. What it returns true for is written later: see take_settled().
  [[nodiscard]] bool write(const record::span_view& span) {
    if (!file_.push()) return false;
    const std::uint64_t start = span.header.start;
    const std::uint64_t end = std::max(span.header.end, start);
    const std::uint32_t thread = number_of(span.thread);
    lane& among = lane_of(thread, span.thread);
    const bool in_lane = (span.header.flags & record::detached) == 0 && among.admit(start, end);
    events_.put(span, {thread, times_->at(start), times_->at(end), in_lane});
    ++unwritten_.spans;
    if (events_.bytes().size() >= longest_piece) flush();
    return true;
  }
  [[nodiscard]] bool write(const record::log_view& log) {
    if (!file_.push()) return false;
    const std::uint32_t thread = number_of(log.thread);
    static_cast<void>(lane_of(thread, log.thread));
    events_.put(log, thread, times_->at(log.header.start));
    ++unwritten_.logs;
    if (events_.bytes().size() >= longest_piece) flush();
    return true;
  }
  [[nodiscard]] std::string failure() const { return file_.failure(); }
  [[nodiscard]] pipeline::settlement take_settled() noexcept {
    const transport::file_writer::records written = file_.take_written();
    return {{written.spans, written.logs}, {}};
  }

  void flush() {
    if (!events_.bytes().empty()) {
      file_.add(events_.bytes(), unwritten_);
      unwritten_ = {};
      events_.clear();
    }
    static_cast<void>(file_.push());
  }
  void close() {
    if (!file_.is_open()) return;
    flush();
    file_.add("\n]\n", {});
    static_cast<void>(file_.push());
    file_.close();
  }

 private:
  static constexpr std::size_t longest_piece = std::size_t{256} << 10;
  static constexpr std::size_t most_lanes = 4096;

  [[nodiscard]] static std::uint32_t number_of(const record::thread_identity* thread) noexcept {
    return thread != nullptr ? thread->number : 0;
  }

  /// The thread's name is told when it is first met, and when another thread has got its number.
  [[nodiscard]] lane& lane_of(std::uint32_t thread, const record::thread_identity* identity) {
    const std::string_view name = identity != nullptr ? identity->name : "unknown thread";
    if (lanes_.size() >= most_lanes && lanes_.count(thread) == 0) forget_lanes();
    lane& found = lanes_.try_emplace(thread, known_from_).first->second;
    if (found.name != name) {
      events_.name_thread(thread, name);
      found.name = name;
    }
    return found;
  }
  void forget_lanes() noexcept {
    for (const auto& [thread, each] : lanes_) known_from_ = std::max(known_from_, each.end());
    lanes_.clear();
  }

  config given_;
  transport::file_writer file_;
  event_writer events_;
  std::optional<time_line> times_;  // from open() on
  std::unordered_map<std::uint32_t, lane> lanes_;
  std::uint64_t known_from_ = 0;  // in ticks; lanes of before are forgotten
  transport::file_writer::records unwritten_;
};

static_assert(pipeline::sink<exporter>);

}  // namespace sonde::trace_event
