// SPDX-License-Identifier: MIT
#pragma once

// What the collector needs of a transport: progress without blocking, and a sleep that activity can end. Knows no
// sockets.

#include <chrono>

namespace sonde::transport {

/// All but wake() belong to one thread, which has SIGPIPE blocked (TLS libraries may write to a closed socket).
class driver {
 public:
  driver() = default;
  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;
  virtual ~driver() = default;

  /// Moves everything on as far as it goes without waiting; reports what is done.
  virtual void perform() noexcept = 0;

  /// Whether anything is under way.
  [[nodiscard]] virtual bool busy() const noexcept = 0;

  /// Sleeps until there is something to perform, a wake() since the last wait(), or `timeout`, whichever comes first.
  virtual void wait(std::chrono::nanoseconds timeout) noexcept = 0;

  /// Ends the current wait(), or the next. Any thread; never blocks.
  virtual void wake() noexcept = 0;
};

}  // namespace sonde::transport
