// SPDX-License-Identifier: MIT
#pragma once

// While one of these lives, its thread is not torn out of what it does: by pthread_cancel, which unwinds from within the
// system's calls and must not meet a noexcept function; by a signal handler that records in its turn, or ends the program.

#include <initializer_list>

#include <pthread.h>
#include <signal.h>

namespace sonde::pipeline {

/// The thread is cancelled afterwards.
class uncancelled {
 public:
  uncancelled() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  uncancelled(const uncancelled&) = delete;
  uncancelled& operator=(const uncancelled&) = delete;
  ~uncancelled() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

/// Signals wait as well, but for those that the thread itself causes. For what holds a lock for a short while, seldom: it costs
/// two system calls.
class undisturbed {
 public:
  undisturbed() noexcept {
    sigset_t waiting;
    sigfillset(&waiting);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&waiting, own);
    pthread_sigmask(SIG_BLOCK, &waiting, &before_);
  }
  undisturbed(const undisturbed&) = delete;
  undisturbed& operator=(const undisturbed&) = delete;
  ~undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  uncancelled also_;
  sigset_t before_;
};

}  // namespace sonde::pipeline
