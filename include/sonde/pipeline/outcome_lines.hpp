// SPDX-License-Identifier: MIT
#pragma once

// What people read about an exporter's work: its first success, its first failure, the end of an outage; the rest at most once
// a minute.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/pipeline/diagnostics.hpp>

namespace sonde::pipeline {

class outcome_lines {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `out` outlives it.
  explicit outcome_lines(const diagnostics& out) : out_{&out} {}
  /// What each line begins with.
  void whose(std::string name) { name_ = std::move(name); }

  /// The first success is a line; so is the first after a line about failures: a backend that comes and goes all the time makes no
  /// more of them than of those. `what` was accepted.
  void success(std::string_view what) noexcept {
    const bool failed = std::exchange(told_to_fail_, false);
    const bool again = std::exchange(succeeded_, true);
    if (!again || failed) say(again ? "accepted again: " : "first batch accepted: ", what);
  }
  /// Something that may still come right.
  void trouble(std::string_view sentence, time_point now) noexcept { report(sentence, trouble_, now); }
  /// Something that was lost.
  void failure(std::string_view sentence, time_point now) noexcept { report(sentence, failure_, now); }

 private:
  void report(std::string_view sentence, rate_limit& lines, time_point now) noexcept {
    const std::int64_t held_back = lines.admit(now);
    if (held_back < 0) return;
    told_to_fail_ = true;
    try {
      say(sentence, held_back > 0 ? " (" + std::to_string(held_back) + " more like this since)" : std::string{});
    } catch (...) {  // no memory for words
    }
  }
  void say(std::string_view sentence, std::string_view rest) noexcept {
    try {
      out_->say(name_ + ": " + std::string{sentence} + std::string{rest});
    } catch (...) {
    }
  }

  const diagnostics* out_;
  std::string name_;
  bool succeeded_ = false;
  bool told_to_fail_ = false;
  rate_limit trouble_{std::chrono::minutes{1}};
  rate_limit failure_{std::chrono::minutes{1}};
};

}  // namespace sonde::pipeline
