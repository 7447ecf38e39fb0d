// SPDX-License-Identifier: MIT
// The last words of a session that lost something.

#include <sonde/pipeline/loss_lines.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

using sonde::drop_reason;

TEST(counted, knows_one_from_many) {
  EXPECT_EQ(sonde::pipeline::counted(0, "span"), "0 spans");
  EXPECT_EQ(sonde::pipeline::counted(1, "span"), "1 span");
  EXPECT_EQ(sonde::pipeline::counted(2, "log record"), "2 log records");
}

TEST(loss_lines, nothing_lost_is_nothing_said) {
  sonde::session_stats stats;
  stats.spans.taken = 7;
  stats.exporters.push_back({"otlp", {.exported = 7, .dropped = {}}, {}});
  EXPECT_TRUE(sonde::pipeline::loss_lines(stats).empty());
}

TEST(loss_lines, name_the_exporter_the_signal_and_every_reason) {
  sonde::session_stats stats;
  stats.spans.taken = 8;
  stats.spans.dropped[drop_reason::queue_full] = 2;
  sonde::exporter_stats one{"otlp", {.exported = 5, .dropped = {}}, {}};
  one.spans.dropped[drop_reason::rejected] = 2;
  one.spans.dropped[drop_reason::retries_exhausted] = 1;
  one.logs.dropped[drop_reason::unsupported] = 1;
  stats.exporters = {one, {"file", {.exported = 8, .dropped = {}}, {}}};
  EXPECT_EQ(sonde::pipeline::loss_lines(stats),
            (std::vector<std::string>{
                "before any exporter: 2 of 10 spans lost: queue full",
                "otlp: 3 of 8 spans lost: 2 rejected by the backend, 1 backend not reached in time",
                "otlp: 1 of 1 log record lost: signal not supported by the exporter"}));
}

/// Keeps nothing: every span of it is lost.
struct refusing_exporter {
  [[nodiscard]] std::string_view name() const { return "refusing"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  [[nodiscard]] bool write(const sonde::record::span_view&) { return false; }
};

TEST(session, says_what_was_lost_when_it_ends_and_only_then) {
  std::vector<std::string> said;
  sonde::testing::memory_exporter memory;
  {
    auto session = sonde::start({.diagnostics = [&](std::string_view line) { said.emplace_back(line); }},
                                refusing_exporter{}, memory);
    for (int i = 0; i < 3; ++i) sonde::span<"work"> span;
    sonde::log::info("a line");
    static_cast<void>(session.force_flush());
    for (const std::string& line : said) EXPECT_EQ(line.find("lost"), std::string::npos) << line;
  }
  ASSERT_GE(said.size(), 2u);
  EXPECT_EQ(said[said.size() - 2], "refusing: 3 of 3 spans lost: rejected by the backend");
  EXPECT_EQ(said.back(), "refusing: 1 of 1 log record lost: signal not supported by the exporter");
}

}  // namespace
