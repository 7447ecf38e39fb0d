// SPDX-License-Identifier: MIT
#pragma once

// One thread's end of the recording: the span it is in, its ids, its ring, its counters. Found through one thread-local
// pointer; made by the session (pipeline/recorder_pool.hpp) when a thread first records, never freed, reused.

#include <cstddef>
#include <cstdint>

#include <sonde/context/id_source.hpp>
#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/request_facts.hpp>
#include <sonde/record/drop_reason.hpp>
#include <sonde/record/layout.hpp>
#include <sonde/record/ring.hpp>
#include <sonde/record/thread_identity.hpp>

namespace sonde::record {

struct frame;

/// An entry of a thread's stack of active fields, which lies in what made them active. It may go in any order.
struct fields_link {
  const propagated_fields* fields;  // null where nothing goes out
  fields_link* outer;
};

/// What the ledger counts on the producing thread, by one writer.
struct alignas(64) signal_counters {
  /// Of spans: how many were begun (upper 40 bits), how many of them are open (lower 24, signed: a thread may end what others
  /// began). One word, so that beginning and ending change both at once. Both also tell what
  /// changed between two words, from their difference: so the collector counts further than the bits reach.
  std::uint64_t begun_and_open;
  std::uint64_t started;    // of logs, and of spans that were never open
  std::uint64_t unsampled;
  std::uint64_t written;    // logs into the ring; spans are counted where they lie (pipeline/drain.hpp)
  std::uint64_t cut;        // attributes, events, links that did not fit or threw
  std::uint32_t dropped[drop_reasons];

  static constexpr std::uint64_t one_begun_and_open = (std::uint64_t{1} << 24) + 1;
  static constexpr std::uint64_t one_ended = ~std::uint64_t{0};  // minus one
  [[nodiscard]] static constexpr std::int64_t open_in(std::uint64_t word) noexcept {
    return static_cast<std::int64_t>(word << 40) >> 40;
  }
  [[nodiscard]] static constexpr std::uint64_t begun_in(std::uint64_t word) noexcept {
    return (word - static_cast<std::uint64_t>(open_in(word))) >> 24;
  }
};

/// Which rule the sampler decided by; empty where it has none.
struct deciding_rule {
  std::uint8_t size;
  char text[63];
};

/// A place in the source that a thread has met, under the registry's id for it.
struct known_place {
  const char* file;
  std::uint32_t line;
  std::uint32_t id;
};

/// A call to a log function that a thread has met, by a hash of what it says (log/log_site.hpp).
struct known_log {
  std::uint64_t content;  // 0 where there is none
  std::uint32_t id;
};

struct recorder {
  // touched by every span of the thread
  bool live;                     // its session takes records; cleared by shutdown
  bool drops_roots;              // its sampler refuses every trace that begins here
  std::uint8_t log_level;        // logs below this sonde::level are not recorded; any thread may change it
  bool timed_trace_ids;          // trace ids made here tell the time
  bool announces_roots;          // somebody wants openings
  const unsigned* unusual;       // not zero: spans are opened and closed the long way. `uncaught`, where the counter keeps time
  frame* current;                // innermost active span
  ring_writer ring;
  std::uint64_t next_span_id;
  std::uint64_t span_id_step;    // odd: ids repeat after 2^64
  signal_counters spans;
  signal_counters logs;

  context::id_source ids;        // of traces
  std::uint64_t session;         // number of the session it serves

  // seldom
  const unsigned* uncaught;      // the C++ runtime's count of this thread's exceptions in flight
  unsigned always;               // 1: what `unusual` points to otherwise. Here, since guards outlive the library of a session
  fields_link* fields;           // what goes out with requests beside the current span's ids, innermost first
  const request_facts* request;  // that a span about to begin answers; null where none
  deciding_rule rule;            // of the sampler's last answer to this thread
  frame* behind_log;             // current again when the log that is being written is whole
  bool begins_trace;             // a trace begun meanwhile, by a signal handler or by the sampler, is not asked about
  std::size_t chunk_size;        // of the next chunk to be made
  chunk* spare;                  // taken from `spares`, private to the producer
  known_place places[64];        // for spans opened at several places
  known_log known_logs[128];
  thread_identity thread;        // read when it attached
  bool abandoned;                // its thread has ended
  bool in_use;                   // belongs to a thread, or is not yet drained
  bool surrendered;              // to the collector of an earlier session that did not come back

  // the collector's
  alignas(64) ring_reader reader;
  spare_chunks spares;
  std::uint32_t idle_passes;     // how often in a row the collector found nothing
  chunk* first;                  // the producer's first chunk, published once
  std::uint64_t spans_read;
  std::uint64_t bytes_read;
  ring_reader counted;           // how far written spans were counted for the ledger: behind `reader` it means nothing
  std::uint64_t spans_counted;
  std::uint64_t bytes_counted;
  std::uint64_t logs_read;
  std::uint64_t word_seen;       // the last `begun_and_open` the collector saw, and what it widened both parts to
  std::uint64_t begun_total;
  std::int64_t open_total;
  recorder* next;                // all recorders there are
};

/// Single-writer counters: a plain addition, yet readable from the collector without a data race. One instruction where the machine
/// has it, so that a signal handler that counts too comes before or after.
template <class Number>
[[gnu::always_inline]] inline void add(Number& counter, Number amount) noexcept {
#if defined(__x86_64__)
  if constexpr (sizeof(Number) == 8)
    asm("addq %1, %0" : "+m"(counter) : "er"(amount) : "cc");
  else
    asm("addl %1, %0" : "+m"(counter) : "ri"(amount) : "cc");
#else
  __atomic_store_n(&counter, static_cast<Number>(__atomic_load_n(&counter, __ATOMIC_RELAXED) + amount), __ATOMIC_RELAXED);
#endif
}
template <class Number>
[[gnu::always_inline]] inline void count(Number& counter) noexcept {
  add(counter, Number{1});
}
[[gnu::always_inline]] inline span_id draw_span_id(recorder& mine) noexcept {
#if defined(__x86_64__)
  std::uint64_t drawn = mine.span_id_step;
  asm("xaddq %0, %1" : "+r"(drawn), "+m"(mine.next_span_id) : : "cc");  // one instruction, as in `add`
#else
  const std::uint64_t drawn = mine.next_span_id;
  mine.next_span_id = drawn + mine.span_id_step;
#endif
  span_id id;
  __builtin_memcpy(id.bytes, &drawn, sizeof id.bytes);
  return id;
}
inline void count_drop(signal_counters& counters, drop_reason why) noexcept {
  count(counters.dropped[static_cast<std::size_t>(why)]);
}

}  // namespace sonde::record
