// SPDX-License-Identifier: MIT
#pragma once

// What a session says last: which spans and logs never arrived, and why. Nothing where nothing was lost.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/pipeline/stats.hpp>
#include <sonde/pipeline/tally.hpp>

namespace sonde::pipeline {

/// `2 of 8 spans lost: queue full`, `3 of 8 spans lost: 2 rejected by the backend, 1 queue full`; empty where none was. What
/// the user did not want is no loss.
[[nodiscard]] inline std::string loss_line(drop_counts lost, std::uint64_t of, std::string_view noun) {
  lost[drop_reason::unwanted] = 0;
  const std::uint64_t total = lost.total();
  std::string reasons;
  for (std::size_t i = 0; i < lost.by_reason.size(); ++i) {
    const std::uint64_t count = lost.by_reason[i];
    if (count == 0) continue;
    reasons += reasons.empty() ? "" : ", ";
    if (count != total) reasons += std::to_string(count) + ' ';
    reasons += to_string(static_cast<drop_reason>(i));
  }
  return total == 0 ? std::string{} : std::to_string(total) + " of " + counted(of, noun) + " lost: " + reasons;
}

/// One for each signal that lost something on its way to the exporters, and for each at each exporter.
[[nodiscard]] inline std::vector<std::string> loss_lines(const session_stats& last) {
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& whose, std::string line) {
    if (!line.empty()) lines.push_back(whose + line);
  };
  const auto ended = [](const signal_stats& of) { return of.taken + of.queued + of.dropped.total(); };
  add("before any exporter: ", loss_line(last.spans.dropped, ended(last.spans), "span"));
  add("before any exporter: ", loss_line(last.logs.dropped, ended(last.logs), "log record"));
  const auto taken = [](const delivery_stats& of) { return of.exported + of.queued + of.dropped.total(); };
  for (const exporter_stats& each : last.exporters) {
    add(each.name + ": ", loss_line(each.spans.dropped, taken(each.spans), "span"));
    add(each.name + ": ", loss_line(each.logs.dropped, taken(each.logs), "log record"));
  }
  return lines;
}

}  // namespace sonde::pipeline
