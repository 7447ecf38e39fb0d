// SPDX-License-Identifier: MIT
#pragma once

// Copies a finished frame, header and entries in one piece, into a thread's ring.

#include <cstddef>
#include <cstdint>

#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/writing.hpp>

namespace sonde::record {

/// The ring's chunk is full: moves to another, or says no.
[[nodiscard, gnu::noinline, gnu::cold]] inline bool make_room(recorder& mine, std::size_t size) noexcept {
  const session_table* table = installed_table();
  return table != nullptr && table->make_room(mine, size);
}

// A record is copied in the widths it was written in a moment ago: a wider load would have to wait until those stores have
// left the store buffer, which costs more than all the rest.

[[gnu::always_inline]] inline void copy_word(char* to, const void* from) noexcept { __builtin_memcpy(to, from, 8); }

[[gnu::always_inline]] inline void copy_header(char* to, const frame& from, std::uint64_t head, std::uint64_t end) noexcept {
  __builtin_memcpy(to, &head, 8);
  copy_word(to + 8, &from.header.start);
  copy_word(to + 16, &end);
  copy_word(to + 24, &from.header.span_id);
  copy_word(to + 32, &from.header.parent_id);
  __builtin_memcpy(to + 40, &from.header.trace_id, 16);
  copy_word(to + 56, &from.header.location);
}
[[gnu::always_inline]] inline void copy_entries(char* to, const char* from, std::size_t size) noexcept {
  const auto copy_next = [&](std::size_t at) {
    copy_word(to + at, from + at);
    asm volatile("" ::: "memory");  // keeps the compiler from widening the loop
  };
  std::size_t done = 0;
  if (size != 0) ask_for_line(to + ring_writer::ahead);  // publishing asks for one more
  for (; done + 16 <= size; done += 16) copy_next(done), copy_next(done + 8);
  if (done < size) copy_next(done);
}

/// Entries that moved to the heap, or that need a note on what was cut.
[[gnu::noinline, gnu::cold]] inline bool publish_unusual(recorder& mine, frame& finished, signal_counters& counters) noexcept {
  const std::size_t entries_size = finished.entries_size();
  const std::uint64_t cut = finished.cut();
  const std::size_t note_size = cut != 0 ? sizeof(entry) + 8 : 0;
  const std::size_t size = sizeof(struct header) + entries_size + note_size;
  add(counters.cut, cut);
  if (mine.ring.room(size) == nullptr && !make_room(mine, size)) {
    finished.free_spill();
    count_drop(counters, drop_reason::queue_full);
    return false;
  }
  char* to = mine.ring.next;
  copy_header(to, finished, make_word(static_cast<std::uint32_t>(size), finished.header.description), finished.header.end);
  to += sizeof(struct header);
  __builtin_memcpy(to, finished.first_entry(), entries_size);
  if (note_size != 0) {
    const std::uint64_t head = entry::make(0, entry_type::cut, 8);
    __builtin_memcpy(to + entries_size, &head, 8);
    __builtin_memcpy(to + entries_size + 8, &cut, 8);
  }
  mine.ring.publish(mine.ring.next + size);
  finished.free_spill();
  return true;
}

/// One copy to where there is room for it, one release store.
[[gnu::always_inline]] inline void publish_in_place(recorder& mine, const frame& finished, std::uint64_t head,
                                                    std::uint64_t end, char* to) noexcept {
  const std::size_t size = first_half(head);
  copy_header(to, finished, head, end);
  copy_entries(to + sizeof(struct header), reinterpret_cast<const char*>(&finished) + sizeof(frame),
               size - sizeof(struct header));
  mine.ring.publish(to + size);
}

/// Once begin_writing() has been called.
[[gnu::always_inline]] inline bool publish_writing(recorder& mine, frame& finished, signal_counters& counters) noexcept {
  if (!finished.is_plain()) [[unlikely]]
    return publish_unusual(mine, finished, counters);
  const std::uint64_t head = finished.head();
  const std::size_t size = first_half(head);
  char* to = mine.ring.room(size);
  if (to == nullptr) [[unlikely]] {
    if (!make_room(mine, size)) {
      count_drop(counters, drop_reason::queue_full);
      return false;
    }
    to = mine.ring.next;
  }
  publish_in_place(mine, finished, head, finished.header.end, to);
  return true;
}

/// Hands `finished` to the collector; `counters` are those of its signal. False where that could not be: then it is counted.
[[gnu::always_inline]] inline bool publish(recorder& mine, frame& finished, signal_counters& counters) noexcept {
  frame* const current = mine.current;
  if (is_writing(mine)) [[unlikely]] {
    finished.free_spill();
    count_drop(counters, drop_reason::in_signal_handler);
    return false;
  }
  begin_writing(mine);
  const bool published = publish_writing(mine, finished, counters);
  end_writing(mine, current);
  return published;
}

}  // namespace sonde::record
