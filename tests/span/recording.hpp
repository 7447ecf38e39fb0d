// SPDX-License-Identifier: MIT
#pragma once

// A session that keeps what it records, for tests of spans and records.

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

struct recording {
  explicit recording(sonde::session_config config = {}) : session{start(std::move(config), memory)} {
    if (!session) throw std::runtime_error{"no session: " + session.refusal()};
  }

  [[nodiscard]] std::vector<sonde::testing::recorded_span> spans() {
    session.force_flush(patience);
    return memory.spans();
  }
  /// The one span there is.
  [[nodiscard]] sonde::testing::recorded_span only() {
    const auto all = spans();
    if (all.size() != 1) throw std::runtime_error{std::to_string(all.size()) + " spans instead of one"};
    return all[0];
  }
  /// The first one of that name.
  [[nodiscard]] sonde::testing::recorded_span named(std::string_view name) {
    for (const auto& each : spans())
      if (each.name == name) return each;
    throw std::runtime_error{"no span " + std::string{name}};
  }

  /// Far more than it takes, however little of the machine the collector gets.
  static constexpr std::chrono::minutes patience{1};
  sonde::testing::memory_exporter memory;
  sonde::session session;

 private:
  static sonde::session start(sonde::session_config config, const sonde::testing::memory_exporter& memory) {
    config.service_name = "test";
    config.diagnostics = [](std::string_view) {};
    return sonde::start(std::move(config), memory);
  }
};

/// started = open + unsampled + queued + dropped + taken.
[[nodiscard]] inline bool balanced(const sonde::signal_stats& of) {
  return of.started == of.open + of.unsampled + of.queued + of.dropped.total() + of.taken;
}
