// SPDX-License-Identifier: MIT
#pragma once

// Carries one thread's records to the collector: a ring of chunks, filled by one producer and drained by one consumer.
// Chunks are added on demand within the session's bound and handed back once drained.

#include <cstddef>
#include <cstdint>

#include <sonde/record/layout.hpp>

namespace sonde::record {

/// A run of records. The producer publishes by storing `written`; once `next` is set it never touches the chunk again.
struct chunk {
  chunk* next;            // set by the producer when it moves on; in the stack of spares: the one below
  std::size_t capacity;   // bytes at `data`, slack not counted
  alignas(64) std::size_t written;
  alignas(64) char data[1];

  /// Copies go in steps of 16 bytes and may run over by that much.
  static constexpr std::size_t slack = 32;
};

/// The producer's end.
struct ring_writer {
  char* next;      // where the following record goes
  char* limit;     // end of the chunk's room
  chunk* filling;  // null until the first record
};

/// Makes `size` bytes written at `writer.next` visible to the consumer.
inline void publish(ring_writer& writer, std::size_t size) noexcept {
  writer.next += size;
  __atomic_store_n(&writer.filling->written, static_cast<std::size_t>(writer.next - writer.filling->data),
                   __ATOMIC_RELEASE);
}

/// Starts a fresh chunk; the consumer follows through `next`.
inline void move_to(ring_writer& writer, chunk* fresh) noexcept {
  fresh->next = nullptr;
  fresh->written = 0;
  if (writer.filling) __atomic_store_n(&writer.filling->next, fresh, __ATOMIC_RELEASE);
  writer.filling = fresh;
  writer.next = fresh->data;
  writer.limit = fresh->data + fresh->capacity;
}

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
  std::size_t read = 0;
};

}  // namespace sonde::record
