// SPDX-License-Identifier: MIT
#pragma once

// Ends the program by SIGABRT where what is done meanwhile takes too long: for the terminate handler, which must not hang,
// whatever lock the terminating thread holds. The kernel's own timer: needs no memory, no lock and no other thread.

#include <chrono>

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace sonde::pipeline {

class deadman_timer {
 public:
  /// Where the system gives no timer, nothing happens.
  explicit deadman_timer([[maybe_unused]] std::chrono::milliseconds until) noexcept {
#ifdef SYS_timer_create  // Linux
    sigevent at_the_end{};
    at_the_end.sigev_notify = SIGEV_SIGNAL;
    at_the_end.sigev_signo = SIGABRT;
    is_set_ = syscall(SYS_timer_create, CLOCK_MONOTONIC, &at_the_end, &id_) == 0;
    if (!is_set_) return;
    itimerspec when{};
    when.it_value.tv_sec = until.count() / 1000;
    when.it_value.tv_nsec = until.count() % 1000 * 1'000'000 + 1;  // 0 would never end
    syscall(SYS_timer_settime, id_, 0, &when, nullptr);
#endif
  }
  deadman_timer(const deadman_timer&) = delete;
  deadman_timer& operator=(const deadman_timer&) = delete;
  ~deadman_timer() {
#ifdef SYS_timer_create
    if (is_set_) syscall(SYS_timer_delete, id_);
#endif
  }

 private:
  int id_ = 0;
  bool is_set_ = false;
};

}  // namespace sonde::pipeline
