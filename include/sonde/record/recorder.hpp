// SPDX-License-Identifier: MIT
#pragma once

// One thread's end of the recording: the span it is in, its ids, its ring, its counters. Found through one thread-local
// pointer; made by the session (pipeline/recorder_pool.hpp) when a thread first records, never freed, reused.

#include <cstddef>
#include <cstdint>

#include <sonde/context/id_source.hpp>
#include <sonde/record/drop_reason.hpp>
#include <sonde/record/layout.hpp>
#include <sonde/record/ring.hpp>

namespace sonde::record {

struct frame;

/// What the ledger counts on the producing thread, one writer each. `open` may be negative on a thread that ends spans
/// which others began; the sum over all threads is what counts.
struct alignas(64) signal_counters {
  std::uint64_t started;
  std::int64_t open;
  std::uint64_t unsampled;
  std::uint64_t written;  // into the ring
  std::uint64_t cut;      // attributes, events, links lost to a limit
  std::uint32_t dropped[drop_reasons];
};

struct recorder {
  // touched by every span of the thread
  bool live;                     // its session takes records; cleared by shutdown
  const unsigned* uncaught;      // the C++ runtime's count of this thread's exceptions in flight
  frame* current;                // innermost active span
  ring_writer writer;
  context::id_source ids;
  std::uint64_t session;         // number of the session it serves
  signal_counters spans;
  signal_counters logs;

  // seldom
  std::size_t chunk_size;        // of the next chunk to be made
  chunk* spare;                  // taken from `spares`, private to the producer
  bool abandoned;                // its thread has ended
  bool in_use;                   // belongs to a thread, or is not yet drained

  // the collector's
  alignas(64) ring_reader reader;
  spare_chunks spares;
  chunk* first;                  // the producer's first chunk, published once
  std::uint64_t spans_read;
  std::uint64_t logs_read;
  recorder* next;                // all recorders there are
};

/// Single-writer counters: a plain addition, yet readable from the collector without a data race.
template <class Number>
inline void add(Number& counter, Number amount) noexcept {
  __atomic_store_n(&counter, static_cast<Number>(__atomic_load_n(&counter, __ATOMIC_RELAXED) + amount), __ATOMIC_RELAXED);
}
template <class Number>
inline void count(Number& counter) noexcept {
  add(counter, Number{1});
}
inline void count_drop(signal_counters& counters, drop_reason why) noexcept {
  count(counters.dropped[static_cast<std::size_t>(why)]);
}

}  // namespace sonde::record
