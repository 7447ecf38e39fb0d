// SPDX-License-Identifier: MIT
#pragma once

// What there is one of in a process, from when it is first asked for until the very end. Used by the hub, and by what else
// outlives sessions.

#include <atomic>
#include <memory>

namespace sonde::record {

/// The one T. No thread waits for another that is making it, as for a static local: in the child of a fork that came meanwhile,
/// it would wait for ever. Throws std::bad_alloc, the first time.
template <class T>
[[nodiscard]] T& lasting() {
  static constinit std::atomic<T*> only{nullptr};
  if (T* const made = only.load(std::memory_order_acquire)) return *made;
  auto fresh = std::make_unique<T>();
  T* made = nullptr;
  if (!only.compare_exchange_strong(made, fresh.get(), std::memory_order_acq_rel)) return *made;
  fresh->watch_forks();
  return *fresh.release();
}

}  // namespace sonde::record
