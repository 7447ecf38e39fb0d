// SPDX-License-Identifier: MIT
#pragma once

// Tells a recorder that its thread has ended. Used by recorder_pool.hpp.

#include <atomic>

#include <pthread.h>

#include <sonde/pipeline/loaded_modules.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::pipeline {

/// Runs after the thread's own thread-local destructors, which may still record. Taken back where the program ends, or the library
/// that holds this code is unloaded: threads may end later.
class thread_exit {
 public:
  /// The one of the process.
  [[nodiscard]] static const thread_exit& instance() noexcept {
    static const thread_exit made;
    return made;
  }

  thread_exit(const thread_exit&) = delete;
  thread_exit& operator=(const thread_exit&) = delete;
  ~thread_exit() {
    if (is_usable_.exchange(false)) pthread_key_delete(key_);
  }

  /// The recorder of this thread; null: it has none.
  void remember(record::recorder* mine) const noexcept {
    if (is_usable_) pthread_setspecific(key_, mine);
  }

 private:
  thread_exit() noexcept {
    is_usable_ = pthread_key_create(&key_, [](void* ended) {
      auto* mine = static_cast<record::recorder*>(ended);
      leave_thread(mine);
      __atomic_store_n(&mine->abandoned, true, __ATOMIC_RELEASE);
    }) == 0;
  }

  pthread_key_t key_{};
  std::atomic<bool> is_usable_{false};
};

}  // namespace sonde::pipeline
