// SPDX-License-Identifier: MIT
#pragma once

// A whole session around some spans and logs, and what came of it. Used by the tests of adapters/otlp.

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <sonde/adapters/otlp.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace sonde::tests {

/// A variable of the environment for the time of a test.
class variable {
 public:
  variable(std::string name, const std::string& value) : name_{std::move(name)} { setenv(name_.c_str(), value.c_str(), 1); }
  ~variable() { unsetenv(name_.c_str()); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

 private:
  std::string name_;
};

/// The lines a session said, from whichever thread.
class lines {
 public:
  [[nodiscard]] diagnostics_handler handler() {
    return [this](std::string_view line) {
      const std::lock_guard lock{mutex_};
      all_ += std::string{line} + '\n';
    };
  }
  [[nodiscard]] std::string all() {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  /// How often.
  [[nodiscard]] int count(std::string_view text) {
    const std::string in = all();
    int found = 0;
    for (std::size_t at = 0; (at = in.find(text, at)) != std::string::npos; at += text.size()) ++found;
    return found;
  }

 private:
  std::mutex mutex_;
  std::string all_;
};

#define EXPECT_SAID(said, text) EXPECT_NE((said).all().find(text), std::string::npos) << (said).all()
#define EXPECT_NOT_SAID(said, text) EXPECT_EQ((said).all().find(text), std::string::npos) << (said).all()

struct work {
  int spans = 1;
  int logs = 0;
  std::chrono::milliseconds patience{5000};
};

/// For what takes no time beyond the session's patience; a machine under load may stand still for a while.
inline constexpr std::chrono::seconds slack{10};

/// Does the work in a session; returns its ledger, where nothing may be missing or queued.
inline exporter_stats run(otlp::config config, lines& said, work what = {}) {
  pipeline::collector::grace = slack;
  auto session = start({.service_name = "test", .shutdown_timeout = what.patience, .diagnostics = said.handler()},
                       otlp::exporter{std::move(config)});
  for (int i = 0; i < what.spans; ++i) {
    span<"work"> one;
    one.set_attribute<"n">(i);
  }
  for (int i = 0; i < what.logs; ++i) log::info("text {}", i);
  const auto begun = std::chrono::steady_clock::now();
  static_cast<void>(session.shutdown(what.patience));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, what.patience + 3 * slack) << "shutdown keeps its deadline";
  const exporter_stats got = session.stats().exporters.at(0);
  EXPECT_EQ(got.spans.queued + got.logs.queued, 0u);
  EXPECT_EQ(got.spans.exported + got.spans.dropped.total(), static_cast<std::uint64_t>(what.spans));
  EXPECT_EQ(got.logs.exported + got.logs.dropped.total(), static_cast<std::uint64_t>(what.logs));
  return got;
}

}  // namespace sonde::tests
