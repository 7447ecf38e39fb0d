// SPDX-License-Identifier: MIT
#pragma once

// All recorders of the process and the memory of their rings: hands one to each thread that records, takes it back when the
// thread ends, gives it to the next. Recorders are never freed, so that a span may close long after its session ended.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include <cxxabi.h>
#include <pthread.h>
#include <unistd.h>

#include <sonde/config.hpp>
#include <sonde/context/entropy.hpp>
#include <sonde/pipeline/loaded_modules.hpp>
#include <sonde/pipeline/thread_exit.hpp>
#include <sonde/pipeline/unattached.hpp>
#include <sonde/pipeline/undisturbed.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/writing.hpp>

namespace sonde::pipeline {

/// The count of uncaught exceptions in the C++ runtime's per-thread globals: read in place, since a call on each open and
/// close would cost more than the rest of the span. Source: Itanium C++ ABI, "Caught Exception Stack".
[[nodiscard]] inline const unsigned* uncaught_exception_counter() noexcept {
  struct eh_globals {
    void* caught_exceptions;
    unsigned uncaught_exceptions;
  };
  return &reinterpret_cast<const eh_globals*>(abi::__cxa_get_globals())->uncaught_exceptions;
}

[[nodiscard]] inline record::thread_identity this_thread_identity() noexcept {
  record::thread_identity mine{static_cast<std::uint32_t>(gettid()), {}};
  pthread_getname_np(pthread_self(), mine.name, sizeof mine.name);
  return mine;
}

class recorder_pool {
 public:
  static constexpr std::size_t first_chunk = std::size_t{4} << 10;
  static constexpr std::size_t largest_chunk = std::size_t{256} << 10;

  /// What a session tells each thread that joins it.
  struct terms {
    std::uint64_t session;
    bool drops_roots;
    level log_level;
    bool timed_trace_ids;
    bool announces_roots;
    unattached& lost;
  };

  /// For this thread, in the session that is live then; null where memory is short, which is counted, or the session has just
  /// ended. Guards of an earlier session may still be open: they notice by its number, and by not being on the new stack.
  template <class AskTerms>
  [[nodiscard]] record::recorder* attach(record::arrival comes_for, AskTerms ask_terms) noexcept {
    const std::lock_guard lock{mutex_};
    if (record::installed_table() == nullptr) return nullptr;
    const terms agreed = ask_terms();  // under the lock, or a restart might come in between
    record::recorder* mine = record::this_thread;
    if (mine != nullptr && mine->surrendered) {
      leave_thread(mine);
      __atomic_store_n(&mine->abandoned, true, __ATOMIC_RELEASE);
      mine = nullptr;
    }
    if (mine != nullptr && mine->live) return mine;  // asked for by a module that has a `this_thread` of its own
    // A handler interrupts the writing of a record for a session that is gone: it cannot be reset before that is finished.
    if (mine != nullptr && record::is_writing(*mine)) return lost(comes_for, agreed);
    if (mine != nullptr && !owns(*mine)) mine = nullptr;  // of a library's session that is gone
    if (mine == nullptr) mine = take_free();
    if (mine == nullptr) mine = make();
    if (mine == nullptr) return lost(comes_for, agreed);
    reset(*mine, agreed.session);
    mine->drops_roots = agreed.drops_roots;
    mine->timed_trace_ids = agreed.timed_trace_ids;
    mine->announces_roots = agreed.announces_roots;
    set_log_level(*mine, agreed.log_level);
    record::this_thread = mine;
    thread_exit::instance().remember(mine);
    __atomic_store_n(&mine->live, true, __ATOMIC_RELEASE);
    return mine;
  }

  /// For threads that are there; others ask for their terms. `keep` stores it for those, under the same lock.
  template <class Keep>
  void set_log_level(level least, Keep keep) noexcept {
    const std::lock_guard lock{mutex_};
    keep();
    for (record::recorder* each = first(); each != nullptr; each = each->next) set_log_level(*each, least);
  }

  /// Producer's side of a full chunk: a spare one, or a new one within the bound.
  [[nodiscard]] bool make_room(record::recorder& mine, std::size_t size) noexcept {
    if (record::chunk* fresh = take_spare(mine, size)) return continue_in(mine, fresh), true;
    std::size_t capacity = mine.chunk_size;
    while (capacity < size) capacity *= 2;
    record::chunk* fresh = allocate(capacity);
    if (fresh == nullptr && capacity > first_chunk) fresh = allocate(size < first_chunk ? first_chunk : size);
    if (fresh == nullptr) return false;
    if (mine.chunk_size < largest_chunk)
      __atomic_store_n(&mine.chunk_size, mine.chunk_size * 2, __ATOMIC_RELAXED);  // the collector looks at it
    continue_in(mine, fresh);
    return true;
  }

  /// Collector's side: a drained chunk goes back to its thread, or away where the thread has grown out of it.
  void retire(record::recorder& owner, record::chunk* drained) noexcept {
    if (drained->capacity < __atomic_load_n(&owner.chunk_size, __ATOMIC_RELAXED) || drained->capacity > largest_chunk)
      release(drained);
    else
      owner.spares.push(drained);
  }
  /// Gives back what an idle thread holds.
  void trim(record::recorder& owner) noexcept { release_all(owner.spares.take_all()); }

  /// No recorder takes records any more; the table must be unplugged already.
  void stop_all() noexcept {
    const std::lock_guard lock{mutex_};
    for (record::recorder* each = first(); each != nullptr; each = each->next)
      __atomic_store_n(&each->live, false, __ATOMIC_RELAXED);
  }
  /// The session's collector is stuck in an exporter and left behind. It may yet read these rings, so that nobody else gets
  /// them until it hands them back by recycle().
  void surrender(std::uint64_t session) noexcept {
    const std::lock_guard lock{mutex_};
    for (record::recorder* each = first(); each != nullptr; each = each->next)
      if (each->session == session) each->surrendered = true;
  }
  /// It came back after all and reads no more.
  void hand_back(std::uint64_t session) noexcept {
    for (record::recorder* each = first(); each != nullptr; each = each->next) {
      if (__atomic_load_n(&each->session, __ATOMIC_ACQUIRE) != session) continue;
      if (__atomic_load_n(&each->abandoned, __ATOMIC_ACQUIRE)) {
        recycle(*each);
      } else {
        const std::lock_guard lock{mutex_};
        each->surrendered = false;
      }
    }
  }
  /// Before a session starts: those of threads that ended meanwhile are free again, and rings that a fork left behind count no more.
  void recycle_abandoned() noexcept {
    const std::lock_guard lock{mutex_};
    for (record::recorder* each = first(); each != nullptr; each = each->next)
      if (!each->in_use)
        release_ring(*each);
      else if (!each->surrendered && __atomic_load_n(&each->abandoned, __ATOMIC_ACQUIRE)) set_free(*each);
  }
  /// In the child of a fork, where the mutex is held and no other thread exists: every recorder is free but this thread's, which
  /// other modules may know as well. They cannot be asked: the loader's lock may have been held when the process forked.
  void forget_threads() noexcept {
    for (record::recorder* each = first(); each != nullptr; each = each->next) {
      each->live = each->abandoned = each->surrendered = false;
      each->in_use = each == record::this_thread;
      each->session = 0;
      each->current = nullptr;
      each->fields = nullptr;
      each->request = nullptr;
    }
  }

  /// The thread has ended and all it wrote is read: the next thread may have it. Counters must have been taken over.
  void recycle(record::recorder& drained) noexcept {
    const std::lock_guard lock{mutex_};
    set_free(drained);
  }

  [[nodiscard]] record::recorder* first() const noexcept { return first_.load(std::memory_order_acquire); }
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
  [[nodiscard]] std::size_t bytes_in_use() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  void set_bound(std::size_t bytes) noexcept { bound_.store(bytes, std::memory_order_relaxed); }

 private:
  static void set_log_level(record::recorder& of, level least) noexcept {
    __atomic_store_n(&of.log_level, static_cast<std::uint8_t>(least), __ATOMIC_RELAXED);
  }
  /// Under the lock.
  void set_free(record::recorder& drained) noexcept {
    __atomic_store_n(&drained.session, std::uint64_t{0}, __ATOMIC_RELAXED);
    __atomic_store_n(&drained.abandoned, false, __ATOMIC_RELAXED);
    release_ring(drained);
    drained.surrendered = false;
    drained.in_use = false;
  }

  [[nodiscard]] record::recorder* take_free() noexcept {
    for (record::recorder* each = first(); each != nullptr; each = each->next)
      if (!each->in_use) return each;
    return nullptr;
  }

  [[nodiscard]] static record::recorder* lost(record::arrival comes_for, const terms& agreed) noexcept {
    agreed.lost.count(comes_for, agreed.session, agreed.log_level);
    return nullptr;
  }

  [[nodiscard]] record::recorder* make() noexcept {
    void* memory = std::aligned_alloc(alignof(record::recorder), sizeof(record::recorder));
    if (memory == nullptr) return nullptr;
    auto* fresh = new (memory) record::recorder{};
    fresh->next = first_.load(std::memory_order_relaxed);
    first_.store(fresh, std::memory_order_release);
    return fresh;
  }

  [[nodiscard]] bool owns(const record::recorder& which) const noexcept {
    const record::recorder* each = first();
    while (each != nullptr && each != &which) each = each->next;
    return each != nullptr;
  }

  void reset(record::recorder& mine, std::uint64_t session) noexcept {
    __atomic_store_n(&mine.session, std::uint64_t{0}, __ATOMIC_RELAXED);
    release_ring(mine);
    mine.in_use = true;
    mine.abandoned = false;
    mine.uncaught = uncaught_exception_counter();
    mine.always = 1;
    mine.unusual = context::reads_counter() ? mine.uncaught : &mine.always;
    mine.thread = this_thread_identity();
    mine.current = nullptr;
    mine.fields = nullptr;
    mine.request = nullptr;
    mine.rule.size = 0;
    mine.begins_trace = false;
    mine.ids = context::seeded_id_source();
    mine.next_span_id = mine.ids.next();
    mine.span_id_step = mine.ids.next() | 1;
    mine.spans = {};
    mine.logs = {};
    mine.spans_read = mine.bytes_read = mine.word_seen = mine.begun_total = 0;
    mine.open_total = 0;
    __builtin_memset(mine.places, 0, sizeof mine.places);
    __builtin_memset(mine.known_logs, 0, sizeof mine.known_logs);
    mine.logs_read = 0;
    __atomic_store_n(&mine.session, session, __ATOMIC_RELEASE);  // from here on the collector looks at it
  }

  /// Frees every chunk. The thread that filled it is this one or gone, and no collector reads it.
  void release_ring(record::recorder& mine) noexcept {
    release_all(mine.reader.draining != nullptr ? mine.reader.draining : mine.first);
    release_all(mine.spares.take_all());
    release_all(mine.spare);
    mine.ring = {};
    mine.reader = mine.counted = {};
    mine.first = nullptr;
    mine.spare = nullptr;
    mine.chunk_size = first_chunk;
  }

  void continue_in(record::recorder& mine, record::chunk* fresh) noexcept {
    const bool is_first = mine.ring.filling == nullptr;
    mine.ring.move_to(fresh);
    if (is_first) __atomic_store_n(&mine.first, fresh, __ATOMIC_RELEASE);
  }

  [[nodiscard]] record::chunk* take_spare(record::recorder& mine, std::size_t size) noexcept {
    if (mine.spare == nullptr) mine.spare = mine.spares.take_all();
    while (record::chunk* top = mine.spare) {
      mine.spare = top->next;
      if (top->capacity >= size) return top;
      release(top);
    }
    return nullptr;
  }

  [[nodiscard]] record::chunk* allocate(std::size_t capacity) noexcept {
    const std::size_t bytes = footprint(capacity);
    if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > bound_.load(std::memory_order_relaxed)) {
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return nullptr;
    }
    const undisturbed calm;  // malloc has a lock of its own
    auto* fresh = static_cast<record::chunk*>(std::aligned_alloc(alignof(record::chunk), bytes));
    if (fresh == nullptr) {
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return nullptr;
    }
    fresh->capacity = capacity;
    return fresh;
  }
  void release(record::chunk* unused) noexcept {
    bytes_.fetch_sub(footprint(unused->capacity), std::memory_order_relaxed);
    std::free(unused);
  }
  void release_all(record::chunk* list) noexcept {
    while (list != nullptr) {
      record::chunk* next = list->next;
      release(list);
      list = next;
    }
  }
  [[nodiscard]] static constexpr std::size_t footprint(std::size_t capacity) noexcept {
    constexpr std::size_t line = alignof(record::chunk);
    return (sizeof(record::chunk) + capacity + line - 1) / line * line;
  }

  std::mutex mutex_;
  std::atomic<record::recorder*> first_{nullptr};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::size_t> bound_{std::size_t{32} << 20};
};

}  // namespace sonde::pipeline
