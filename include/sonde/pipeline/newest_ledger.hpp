// SPDX-License-Identifier: MIT
#pragma once

// The ledger as it was last counted. Several threads may count, and one may be overtaken by another: what was begun last stays.
// The collector's.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

#include <sonde/pipeline/stats.hpp>

namespace sonde::pipeline {

class newest_ledger {
 public:
  /// The number of a count that begins now. Never 0.
  [[nodiscard]] std::uint64_t begin_count() noexcept { return ++begun_; }

  void keep(session_stats counted, std::uint64_t number) {
    const std::lock_guard lock{mutex_};
    if (number < number_) return;
    number_ = number;
    std::swap(ledger_, counted);  // what it was is freed outside the lock, which others wait for
  }
  /// Leaves `into` as it is where the lock is not to be had: it is held briefly, but maybe by whom a signal handler interrupted
  /// that ends the program.
  void copy_to(session_stats& into) const {
    std::unique_lock lock{mutex_, std::try_to_lock};
    for (int attempt = 0; attempt < 20 && !lock; ++attempt) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
      static_cast<void>(lock.try_lock());
    }
    if (lock) into = ledger_;
  }

 private:
  mutable std::mutex mutex_;
  session_stats ledger_;
  std::uint64_t number_ = 0;
  std::atomic<std::uint64_t> begun_{0};
};

}  // namespace sonde::pipeline
