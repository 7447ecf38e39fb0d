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
  std::size_t capacity;   // bytes at `data`, below 4 GiB
  alignas(64) std::uint64_t written;  // bytes in the low half, spans among the records in the high half: one store tells both
  alignas(64) char data[1];

  [[nodiscard]] static constexpr std::size_t bytes(std::uint64_t written) noexcept { return written & 0xffff'ffff; }
  [[nodiscard]] static constexpr std::uint64_t spans(std::uint64_t written) noexcept { return written >> 32; }
};

/// What a producer without a chunk fills: there is never room in it.
inline constinit chunk no_chunk{nullptr, 0, 0, {}};

/// Room for `size` bytes in the chunk, or null.
[[nodiscard, gnu::always_inline]] inline char* room_in(chunk& filling, std::size_t size) noexcept {
  const std::size_t used = chunk::bytes(filling.written);
  return used + size <= filling.capacity ? filling.data + used : nullptr;
}
/// Makes the `size` bytes just written visible to the consumer, and asks for memory that will be written soon: the consumer had it
/// last, and to get it back takes longer than to write it.
[[gnu::always_inline]] inline void publish(chunk& filling, std::size_t size, bool is_span) noexcept {
  __builtin_prefetch(filling.data + chunk::bytes(filling.written) + size + 512, 1);
  __atomic_store_n(&filling.written, filling.written + (size | std::uint64_t{is_span} << 32), __ATOMIC_RELEASE);
}

/// Starts a fresh chunk; the consumer follows through `next`.
inline void move_to(chunk*& filling, chunk* fresh) noexcept {
  fresh->next = nullptr;
  fresh->written = 0;
  if (filling != &no_chunk) __atomic_store_n(&filling->next, fresh, __ATOMIC_RELEASE);
  filling = fresh;
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
