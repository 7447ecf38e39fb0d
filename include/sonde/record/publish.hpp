// SPDX-License-Identifier: MIT
#pragma once

// Copies a finished frame, header and entries in one piece, into a thread's ring.

#include <cstddef>

#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

/// The ring's chunk is full: moves to another, or says no.
[[nodiscard, gnu::noinline, gnu::cold]] inline bool make_room(recorder& mine, std::size_t size) noexcept {
  const session_table* table = installed_table();
  return table != nullptr && table->make_room(mine, size);
}

/// Steps of 16 bytes; may read and write up to 15 bytes beyond `size`.
[[gnu::always_inline]] inline void copy_entries(char* to, const char* from, std::size_t size) noexcept {
  for (std::size_t done = 0; done < size; done += 16) __builtin_memcpy(to + done, from + done, 16);
}

/// Entries that moved to the heap, or that need a note on what was cut.
[[gnu::noinline, gnu::cold]] inline void publish_spilled(recorder& mine, frame& finished, signal_counters& counters) noexcept {
  const std::size_t entries_size = finished.entries_size();
  const std::size_t note_size = finished.cut != 0 ? sizeof(entry) + 8 : 0;
  const std::size_t size = sizeof(struct header) + entries_size + note_size;
  add(counters.cut, std::uint64_t{finished.cut});
  if (static_cast<std::size_t>(mine.writer.limit - mine.writer.next) < size)
    if (!make_room(mine, size)) {
      __builtin_free(finished.spill);
      return count_drop(counters, drop_reason::queue_full);
    }
  finished.header.size = static_cast<std::uint32_t>(size);
  char* to = mine.writer.next;
  __builtin_memcpy(to, &finished.header, sizeof(struct header));
  to += sizeof(struct header);
  __builtin_memcpy(to, finished.first_entry(), entries_size);
  if (note_size != 0) {
    const entry head{0, entry::make_shape(entry_type::cut, 8)};
    const std::uint64_t cut = finished.cut;
    __builtin_memcpy(to + entries_size, &head, sizeof head);
    __builtin_memcpy(to + entries_size + sizeof head, &cut, 8);
  }
  publish(mine.writer, size);
  count(counters.written);
  __builtin_free(finished.spill);
}

/// Hands `finished` to the collector; `counters` are those of its signal. One copy, one release store.
[[gnu::always_inline]] inline void publish(recorder& mine, frame& finished, signal_counters& counters) noexcept {
  if (finished.spill != nullptr || finished.cut != 0) [[unlikely]]
    return publish_spilled(mine, finished, counters);
  const char* entries = reinterpret_cast<const char*>(&finished) + sizeof(frame);
  const auto entries_size = static_cast<std::size_t>(finished.cursor - entries);
  const std::size_t size = sizeof(struct header) + entries_size;
  if (static_cast<std::size_t>(mine.writer.limit - mine.writer.next) < size) [[unlikely]]
    if (!make_room(mine, size)) return count_drop(counters, drop_reason::queue_full);
  finished.header.size = static_cast<std::uint32_t>(size);
  __builtin_memcpy(mine.writer.next, &finished.header, sizeof(struct header));
  copy_entries(mine.writer.next + sizeof(struct header), entries, entries_size);
  publish(mine.writer, size);
  count(counters.written);
}

}  // namespace sonde::record
