// SPDX-License-Identifier: MIT
#pragma once

// The one handler every line of sonde's own goes through: start-up, first success, first failure, bad settings.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/uio.h>
#include <unistd.h>

#include <sonde/encoding/terminal.hpp>
#include <sonde/record/own_words.hpp>

namespace sonde {

/// Gets each line without its end. Called from any thread, never per span; may be empty-handed (`[](auto) {}`) to silence.
using diagnostics_handler = std::function<void(std::string_view line)>;

namespace pipeline {

class diagnostics {
 public:
  diagnostics() = default;
  explicit diagnostics(diagnostics_handler handler) noexcept : handler_{std::move(handler)} {}
  diagnostics(const diagnostics&) = delete;
  diagnostics& operator=(const diagnostics&) = delete;

  /// Before anything is said.
  void use(diagnostics_handler handler) noexcept { handler_ = std::move(handler); }

  /// Prints to standard error, or calls the user's handler, whose exceptions end here. A sentence may quote a stranger: what
  /// would end the line, or a terminal would obey, is escaped.
  void say(std::string_view sentence) const noexcept {
    under_way_.fetch_add(1);
    try {
      std::string escaped;
      if (const meta::text said{sentence.data(), sentence.size()}; !encoding::is_printable(said)) {
        encoding::append_printable(escaped, said, encoding::charset::utf8);
        sentence = escaped;
      }
      if (handler_) {
        const record::own_words marked;
        handler_(sentence);
      } else {
        print(sentence);
      }
    } catch (...) {
    }
    under_way_.fetch_sub(1);
  }
  /// Whether some thread has not come back from saying something: what it waits for may not come.
  [[nodiscard]] bool speaking() const noexcept { return under_way_.load() != 0; }

 private:
  /// In one piece, and without memory, which may be what the sentence is about.
  static void print(std::string_view sentence) noexcept {
    static constexpr std::string_view name = "sonde: ";
    iovec line[] = {{const_cast<char*>(name.data()), name.size()},
                    {const_cast<char*>(sentence.data()), sentence.size()},
                    {const_cast<char*>("\n"), 1}};
    [[maybe_unused]] const auto ignored = ::writev(STDERR_FILENO, line, 3);
  }

  diagnostics_handler handler_;
  mutable std::atomic<unsigned> under_way_{0};
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
