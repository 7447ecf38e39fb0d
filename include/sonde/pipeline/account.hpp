// SPDX-License-Identifier: MIT
#pragma once

// The page of the ledger that belongs to one exporter: every record it gets is queued, exported or dropped here, once.

#include <cstdint>
#include <string_view>

#include <sonde/pipeline/stats.hpp>
#include <sonde/pipeline/tally.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::pipeline {

class account {
 public:
  [[nodiscard]] const exporter_stats& stats() const noexcept { return stats_; }
  void name(std::string_view exporter) { stats_.name = exporter; }

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
  /// No longer queued.
  void settled(tally some) noexcept {
    stats_.spans.queued -= some.spans;
    stats_.logs.queued -= some.logs;
  }
  void count_cut(const record::span_view& span) noexcept { stats_.spans.cut += span.cut(); }
  void count_cut(const record::log_view& log) noexcept { stats_.logs.cut += log.cut(); }
  /// Texts that the exporter itself had to shorten.
  void count_cut_spans(std::uint64_t more) noexcept { stats_.spans.cut += more; }
  void count_cut(const record::span_view&, std::size_t more) noexcept { stats_.spans.cut += more; }
  void count_cut(const record::log_view&, std::size_t more) noexcept { stats_.logs.cut += more; }

 private:
  exporter_stats stats_;
};

}  // namespace sonde::pipeline
