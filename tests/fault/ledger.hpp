// SPDX-License-Identifier: MIT
#pragma once

// The loss ledger, audited: its equations for each signal and each exporter, and its terms against what a test has counted
// itself. For every test of what goes wrong.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sonde/pipeline/stats.hpp>

namespace sonde::tests {

/// Of one signal, as the test counted it; what it did not count is left out.
struct own_count {
  std::optional<std::uint64_t> started{};
  std::optional<std::uint64_t> open{};
  std::optional<std::uint64_t> unsampled{};
  std::vector<std::optional<std::uint64_t>> received{};  // by the backend of each exporter, in the order of the exporters
};

class audit {
 public:
  /// A sentence for each thing that is wrong; none where the ledger is right.
  [[nodiscard]] static std::vector<std::string> of(const session_stats& now, const own_count& spans = {},
                                                   const own_count& logs = {}) {
    audit made;
    made.look_at("spans", now.spans, now.exporters, &exporter_stats::spans, spans);
    made.look_at("logs", now.logs, now.exporters, &exporter_stats::logs, logs);
    return made.complaints_;
  }

 private:
  void look_at(const std::string& what, const signal_stats& all, const std::vector<exporter_stats>& exporters,
               delivery_stats exporter_stats::* signal, const own_count& own) {
    same(what + " started, and what became of them", all.started,
         all.open + all.unsampled + all.queued + total(all.dropped) + all.taken);
    same(what + " started, as the test counted them", all.started, own.started.value_or(all.started));
    same(what + " open, as the test counted them", all.open, own.open.value_or(all.open));
    same(what + " not sampled, as the test counted them", all.unsampled, own.unsampled.value_or(all.unsampled));
    for (std::size_t i = 0; i < exporters.size(); ++i) {
      const delivery_stats& one = exporters[i].*signal;
      const std::string whose = exporters[i].name + ": " + what;
      same(whose + " taken, and what became of them", all.taken, one.queued + one.exported + total(one.dropped));
      if (i < own.received.size())
        same(whose + " exported, and received", one.exported, own.received[i].value_or(one.exported));
    }
  }
  [[nodiscard]] static std::uint64_t total(const drop_counts& dropped) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < drop_reasons; ++i) sum += dropped[static_cast<drop_reason>(i)];
    return sum;
  }
  void same(const std::string& what, std::uint64_t one, std::uint64_t other) {
    if (one != other) complaints_.push_back(what + ": " + std::to_string(one) + " and " + std::to_string(other));
  }

  std::vector<std::string> complaints_;
};

}  // namespace sonde::tests
