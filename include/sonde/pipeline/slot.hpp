// SPDX-License-Identifier: MIT
#pragma once

// An exporter's place in a session: what the collector sees of it, whichever kind it is. Counts what came of each record.

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include <sonde/pipeline/diagnostics.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/pipeline/stats.hpp>

namespace sonde::pipeline {

using steady_time = std::chrono::steady_clock::time_point;

/// All calls come from the collector, under its lock.
class slot {
 public:
  slot(const slot&) = delete;
  slot& operator=(const slot&) = delete;
  virtual ~slot() = default;

  /// Says where records will go, or why they will not.
  virtual void open(setup& at_start, const std::string& service) = 0;
  /// Consumes every record of the run, one way or another.
  virtual void take(const record::record_run& run, steady_time now) noexcept = 0;
  /// Moves batches and requests on; `flushing` closes batches that are not due.
  virtual void advance(steady_time now, bool flushing) noexcept = 0;
  /// Nothing waits and nothing is under way.
  [[nodiscard]] virtual bool idle() const noexcept = 0;
  /// When `advance` is needed next at the latest.
  [[nodiscard]] virtual steady_time due() const noexcept = 0;
  /// How soon fresh records should reach it.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const noexcept = 0;
  /// Counts whatever is left as lost to the end of the session.
  virtual void give_up() noexcept = 0;
  /// In the child of a fork: touch nothing that the parent shares.
  virtual void abandon() noexcept = 0;

  [[nodiscard]] const exporter_stats& stats() const noexcept { return stats_; }

 protected:
  explicit slot(const diagnostics& out) : out_{out} {}

  void queued(tally some) noexcept {
    stats_.spans.queued += some.spans;
    stats_.logs.queued += some.logs;
  }
  void exported(tally some) noexcept {
    stats_.spans.exported += some.spans;
    stats_.logs.exported += some.logs;
  }
  void dropped(tally some, drop_reason why) noexcept {
    stats_.spans.dropped[why] += some.spans;
    stats_.logs.dropped[why] += some.logs;
  }
  void settled(tally some) noexcept {
    stats_.spans.queued -= some.spans;
    stats_.logs.queued -= some.logs;
  }

  void count_cut(const record::span_view& span) noexcept { stats_.spans.cut += span.cut(); }
  void count_cut(const record::log_view& log) noexcept { stats_.logs.cut += log.cut(); }

  /// The first success is a line; so is the first after failures. `what` was accepted.
  void report_success(std::string_view what) noexcept {
    const bool failed = std::exchange(failing_, false);
    const bool again = std::exchange(succeeded_, true);
    if (again && !failed) return;
    out_.say(stats_.name + ": " + (again ? "accepted again: " : "first batch accepted: ") + std::string{what});
  }
  /// Something that may still come right.
  void report_trouble(std::string_view sentence, steady_time now) noexcept { report(sentence, trouble_lines_, now); }
  /// Something that was lost.
  void report_failure(std::string_view sentence, steady_time now) noexcept { report(sentence, failure_lines_, now); }

  exporter_stats stats_;
  const diagnostics& out_;

 private:
  void report(std::string_view sentence, rate_limit& lines, steady_time now) noexcept {
    failing_ = true;
    const std::int64_t held_back = lines.admit(now);
    if (held_back < 0) return;
    std::string line = stats_.name + ": " + std::string{sentence};
    if (held_back > 0) line += " (" + std::to_string(held_back) + " more like this since)";
    out_.say(line);
  }

  bool succeeded_ = false;
  bool failing_ = false;
  rate_limit trouble_lines_{std::chrono::minutes{1}};
  rate_limit failure_lines_{std::chrono::minutes{1}};
};

/// Runs an exporter's open(); whatever it throws becomes a line. False where it cannot be used.
template <class Exporter>
[[nodiscard]] bool open_exporter(Exporter& exporter, setup& at_start, const std::string& service,
                                 exporter_stats& stats, const diagnostics& out) {
  stats.name = std::string{exporter.name()};
  try {
    const std::string destination = exporter.open(at_start);
    out.say(service + " -> " + stats.name + ": " + destination);
    return true;
  } catch (const std::exception& error) {
    out.say(service + " -> " + stats.name + ": not exporting: " + error.what());
    return false;
  }
}

}  // namespace sonde::pipeline
