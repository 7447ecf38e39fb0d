// SPDX-License-Identifier: MIT
#pragma once

// The session's end of record/modules.hpp: what it tells the modules of the program. Used by the hub, and where a recorder changes
// hands.

#include <sonde/record/modules.hpp>

namespace sonde::pipeline {

/// From now on all modules know `mine` and read its clock, those too that look later. False where the session of another hub is
/// live.
[[nodiscard]] inline bool invite_modules(record::root& mine) noexcept {
  // They know it since an earlier session; so a child of a fork needs no loader's lock.
  const bool clock_known = __atomic_load_n(&context::uses_system_clock, __ATOMIC_SEQ_CST) == mine.uses_system_clock;
  if (clock_known && &record::known_root() == &mine) return true;
  const record::root* const other = record::root_elsewhere();
  if (other != nullptr && __atomic_load_n(&other->table, __ATOMIC_ACQUIRE) != nullptr) return false;
  record::enter_this_module();
  __atomic_store_n(&context::uses_system_clock, mine.uses_system_clock, __ATOMIC_SEQ_CST);
  __atomic_store_n(&record::the_link.to, &mine, __ATOMIC_SEQ_CST);
  record::visit_modules([&mine](const record::module_part& part) {
    __atomic_store_n(part.uses_system_clock, mine.uses_system_clock, __ATOMIC_SEQ_CST);
    __atomic_store_n(&part.link->to, &mine, __ATOMIC_SEQ_CST);
  });
  return true;
}

/// No module takes it for the calling thread's any more.
inline void leave_thread(const record::recorder* mine) noexcept {
  if (record::this_thread == mine) record::this_thread = nullptr;
  if (!__atomic_load_n(&record::known_root().has_guests, __ATOMIC_RELAXED)) return;
  record::visit_modules([mine](const record::module_part& part) {
    record::recorder*& theirs = part.thread();
    if (theirs == mine) theirs = nullptr;
  });
}

}  // namespace sonde::pipeline
