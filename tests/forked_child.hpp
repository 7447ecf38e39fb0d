// SPDX-License-Identifier: MIT
#pragma once

// A test's forked child.

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include "has_feature.hpp"

#if defined(__SANITIZE_THREAD__) || SONDE_HAS_FEATURE(thread_sanitizer)
#define SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS() \
  GTEST_SKIP() << "the thread sanitizer does not support threads in a child of a threaded process"
#else
#define SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS() static_cast<void>(0)
#endif

// The address sanitizer's allocator leaves its locks held in the child where another thread was inside it at the fork.
// A test whose threads sleep at that moment need not mind: flush first, then the collector does.
#if defined(__SANITIZE_ADDRESS__) || SONDE_HAS_FEATURE(address_sanitizer)
#define SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK() GTEST_SKIP() << "the address sanitizer's allocator does not survive it"
#else
#define SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK() SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS()
#endif

namespace sonde::tests {

/// 0 where `work()`, run in a forked child, returned true; a child that hangs is killed after a minute.
template <class Work>
[[nodiscard]] int exit_code_of_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

}  // namespace sonde::tests
