// SPDX-License-Identifier: MIT
#pragma once

// An exporter's place in the collector, whatever its kind: records come in, the ledger says what came of each.

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include <sonde/pipeline/account.hpp>
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
  /// In place of `take`, where the time of the session is up.
  void refuse(const record::record_run& run) noexcept {
    account_.dropped({run.spans, run.logs}, drop_reason::session_ended);
  }
  /// A local root has begun; one that wants to know of these says so in `hears_of_openings` (pipeline/part.hpp).
  virtual void hear(record::record_view opening) noexcept { static_cast<void>(opening); }
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

  [[nodiscard]] const exporter_stats& stats() const noexcept { return account_.stats(); }

 protected:
  explicit slot(const diagnostics& out) : out_{out} {}

  /// Runs an exporter's open(); whatever it throws becomes a line. False where it cannot be used.
  template <class Exporter>
  [[nodiscard]] bool open_exporter(Exporter& exporter, setup& at_start, const std::string& service) {
    const std::string name{std::string_view{exporter.name()}};
    account_.name(name);
    try {
      const std::string destination = exporter.open(at_start);
      out_.say(service + " -> " + name + ": " + destination);
      return true;
    } catch (const std::exception& error) {
      out_.say(service + " -> " + name + ": not exporting: " + error.what());
    } catch (...) {
      out_.say(service + " -> " + name + ": not exporting: what it threw is no std::exception");
    }
    return false;
  }

  account account_;
  const diagnostics& out_;
};

}  // namespace sonde::pipeline
