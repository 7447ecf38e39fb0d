// SPDX-License-Identifier: MIT
#pragma once

// Puts the collector to sleep and wakes it. Waking never blocks; it costs a system call only where the collector sleeps.

#include <atomic>
#include <cerrno>
#include <chrono>

#include <semaphore.h>
#include <time.h>

namespace sonde::pipeline {

class waker {
 public:
  waker() noexcept { reset(); }
  waker(const waker&) = delete;
  waker& operator=(const waker&) = delete;

  /// Nobody sleeps and nobody has called; also for the child of a fork.
  void reset() noexcept {
    sem_init(&signal_, 0, 0);
    asleep_.store(false);
  }
  /// Any thread.
  void wake() noexcept {
    if (asleep_.load(std::memory_order_relaxed) && asleep_.exchange(false)) sem_post(&signal_);
  }
  /// Any thread; is not lost where the collector is about to fall asleep.
  void insist() noexcept { sem_post(&signal_); }

  /// The collector: until woken, or until `timeout` has passed.
  void sleep(std::chrono::nanoseconds timeout) noexcept {
    timespec until{};
    static_cast<void>(clock_gettime(CLOCK_MONOTONIC, &until));
    const auto nanoseconds = until.tv_nsec + timeout.count() % 1'000'000'000;
    until.tv_sec += static_cast<time_t>(timeout.count() / 1'000'000'000 + nanoseconds / 1'000'000'000);
    until.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
    asleep_.store(true);
    while (sem_clockwait(&signal_, CLOCK_MONOTONIC, &until) != 0 && errno == EINTR) {
    }
    asleep_.store(false, std::memory_order_relaxed);
    while (sem_trywait(&signal_) == 0) {
    }
  }

 private:
  sem_t signal_{};
  std::atomic<bool> asleep_{false};
};

}  // namespace sonde::pipeline
