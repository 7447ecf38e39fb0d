// SPDX-License-Identifier: MIT
#pragma once

// Carries one thread's records to the collector: a ring of chunks, filled by one producer and drained by one consumer.
// Chunks are added on demand within the session's bound and handed back once drained.

#include <cstddef>
#include <cstdint>

#include <sonde/record/layout.hpp>

namespace sonde::record {

/// A run of records. Once `next` is set the producer never touches the chunk again.
struct chunk {
  chunk* next;           // set by the producer when it moves on; in the stack of spares: the one below
  std::size_t capacity;  // bytes at `data`
  const char* end;       // of its records; set before `next`
  alignas(64) char data[1];

  [[nodiscard]] bool holds(const char* end_of_records) const noexcept {
    return reinterpret_cast<std::uintptr_t>(end_of_records) - reinterpret_cast<std::uintptr_t>(data) <= capacity;
  }
};

/// Asks for memory that will be written soon: the consumer had it last, and to get it back takes longer than to write it.
[[gnu::always_inline]] inline void ask_for_line(const char* soon) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*soon));  // __builtin_prefetch() asks for a copy to read, unless built for one processor
#else
  __builtin_prefetch(soon, 1);
#endif
}

/// The producer's end. It publishes by storing `next`.
struct ring_writer {
  char* next;      // where the next record goes; equal to `limit` where there is no chunk
  char* limit;     // of the chunk that is being filled
  chunk* filling;  // null before the first

  /// Room for `size` bytes, or null.
  [[nodiscard, gnu::always_inline]] char* room(std::size_t size) const noexcept {
    static_assert(sizeof next == 8, "the size of an unusual frame must lead beyond any address");
    return reinterpret_cast<std::uintptr_t>(next) + size <= reinterpret_cast<std::uintptr_t>(limit) ? next : nullptr;
  }
  /// Makes what was written up to `end` visible to the consumer.
  [[gnu::always_inline]] void publish(char* end) noexcept {
    ask_for_line(end + ahead);
    __atomic_store_n(&next, end, __ATOMIC_RELEASE);
  }
  /// Starts a fresh chunk; the consumer follows through `next` of the old one.
  void move_to(chunk* fresh) noexcept {
    fresh->next = nullptr;
    if (filling != nullptr) {
      filling->end = next;
      __atomic_store_n(&filling->next, fresh, __ATOMIC_RELEASE);
    }
    filling = fresh;
    limit = fresh->data + fresh->capacity;
    __atomic_store_n(&next, static_cast<char*>(fresh->data), __ATOMIC_RELEASE);
  }
  /// For the consumer: where the records end in a chunk that it has come to.
  [[nodiscard]] const char* end_of(const chunk& at) const noexcept {
    const char* const written = __atomic_load_n(&next, __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&at.next, __ATOMIC_ACQUIRE) != nullptr) return at.end;  // `written` may be that of a later one
    return at.holds(written) ? written : at.data;  // else still that of the one before
  }

  static constexpr std::size_t ahead = 2048;  // bytes: some twenty spans, longer than it takes
};

/// Drained chunks on their way back to the producer. Anyone may push; taking takes all, so that no ABA can arise.
struct spare_chunks {
  chunk* top = nullptr;

  void push(chunk* drained) noexcept {
    chunk* below = __atomic_load_n(&top, __ATOMIC_RELAXED);
    do drained->next = below;
    while (!__atomic_compare_exchange_n(&top, &below, drained, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
  }
  [[nodiscard]] chunk* take_all() noexcept { return __atomic_exchange_n(&top, nullptr, __ATOMIC_ACQUIRE); }
};

/// The consumer's end: where it stands.
struct ring_reader {
  chunk* draining = nullptr;
  const char* next = nullptr;
};

}  // namespace sonde::record
