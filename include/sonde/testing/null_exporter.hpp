// SPDX-License-Identifier: MIT
#pragma once

// Counts spans and logs and discards them. For benchmarks, and for a session that only keeps its ledger.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sonde/pipeline/exporter.hpp>

namespace sonde::testing {

/// Copies share their counts: keep one, give the other to the session.
class null_exporter {
 public:
  [[nodiscard]] std::uint64_t spans() const noexcept { return counts_->spans.load(); }
  [[nodiscard]] std::uint64_t logs() const noexcept { return counts_->logs.load(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return counts_->bytes.load(); }

  [[nodiscard]] std::string_view name() const noexcept { return "null"; }
  [[nodiscard]] std::string open(pipeline::setup&) { return "spans and logs are counted and discarded"; }
  void write(const record::record_run& run) noexcept {
    counts_->spans.fetch_add(run.spans, std::memory_order_relaxed);
    counts_->logs.fetch_add(run.logs, std::memory_order_relaxed);
    counts_->bytes.fetch_add(run.size, std::memory_order_relaxed);
  }

 private:
  struct counts {
    std::atomic<std::uint64_t> spans{0};
    std::atomic<std::uint64_t> logs{0};
    std::atomic<std::uint64_t> bytes{0};
  };
  std::shared_ptr<counts> counts_ = std::make_shared<counts>();
};

}  // namespace sonde::testing
