// SPDX-License-Identifier: MIT
#pragma once

// The one handler every line of sonde's own goes through: start-up, first success, first failure, bad settings.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <sonde/record/own_words.hpp>

namespace sonde {

/// Gets each line without its end. Called from any thread, never per span; may be empty-handed (`[](auto) {}`) to silence.
using diagnostics_handler = std::function<void(std::string_view line)>;

namespace pipeline {

class diagnostics {
 public:
  diagnostics() = default;
  explicit diagnostics(diagnostics_handler handler) : handler_{std::move(handler)} {}

  /// Prints to standard error, or calls the user's handler, whose exceptions end here.
  void say(std::string_view sentence) const noexcept {
    try {
      if (handler_) {
        const record::own_words marked;
        handler_(sentence);
      } else {
        const std::string line = "sonde: " + std::string{sentence} + "\n";
        [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, line.data(), line.size());
      }
    } catch (...) {
    }
  }

 private:
  diagnostics_handler handler_;
};

/// Lets one line through per interval and says how many it held back.
class rate_limit {
 public:
  explicit rate_limit(std::chrono::steady_clock::duration interval) : interval_{interval} {}

  /// How many lines were held back since the last one let through; -1 if this one is held back too.
  [[nodiscard]] std::int64_t admit(std::chrono::steady_clock::time_point now) noexcept {
    if (now < next_) return ++held_back_, -1;
    next_ = now + interval_;
    return std::exchange(held_back_, 0);
  }

 private:
  std::chrono::steady_clock::duration interval_;
  std::chrono::steady_clock::time_point next_{};
  std::int64_t held_back_ = 0;
};

}  // namespace pipeline
}  // namespace sonde
