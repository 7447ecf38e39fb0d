// SPDX-License-Identifier: MIT
#pragma once

// Appends entries to a frame: attributes, events, links, names. Used by spans and logs alike; what does not fit is
// counted in the frame and never throws.

#include <cstddef>
#include <cstdint>

#include <sonde/context/clock.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

/// Moves the entries to a larger block on the heap. Null where the frame takes none or the limit or memory is reached.
[[gnu::noinline, gnu::cold]] inline char* outgrow(frame& into, std::size_t bytes) noexcept {
  if (into.cursor == nullptr) return nullptr;
  const std::size_t used = into.entries_size();
  const std::size_t needed = used + bytes;
  std::size_t capacity = 1024;
  while (capacity < needed && capacity < max_payload) capacity *= 2;
  if (capacity > max_payload) capacity = max_payload;
  char* block = needed <= capacity ? static_cast<char*>(__builtin_malloc(capacity + chunk::slack)) : nullptr;
  if (block == nullptr) {
    ++into.cut;
    return nullptr;
  }
  __builtin_memcpy(block, into.first_entry(), used);
  __builtin_free(into.spill);
  into.spill = block;
  into.cursor = block + needed;
  into.limit = block + capacity;
  return block + used;
}

/// `bytes` (a multiple of 8) of room, or null: then the caller writes nothing, and the loss is counted.
[[nodiscard, gnu::always_inline]] inline char* reserve(frame& into, std::size_t bytes) noexcept {
  if (static_cast<std::size_t>(into.limit - into.cursor) >= bytes) [[likely]] {
    char* room = into.cursor;
    into.cursor += bytes;
    return room;
  }
  return outgrow(into, bytes);
}

[[gnu::always_inline]] inline void put_fixed(frame& into, std::uint32_t id, entry_type type,
                                             std::uint64_t bits) noexcept {
  if (char* room = reserve(into, sizeof(entry) + 8)) {
    const entry head{id, entry::make_shape(type, 8)};
    __builtin_memcpy(room, &head, sizeof head);
    __builtin_memcpy(room + sizeof head, &bits, 8);
  }
}

[[gnu::noinline]] inline void put_integer(frame& into, description& key, std::int64_t value) noexcept {
  put_fixed(into, id_of(key), entry_type::integer, static_cast<std::uint64_t>(value));
}
[[gnu::noinline]] inline void put_unsigned(frame& into, description& key, std::uint64_t value) noexcept {
  put_fixed(into, id_of(key), entry_type::unsigned_integer, value);
}
[[gnu::noinline]] inline void put_boolean(frame& into, description& key, bool value) noexcept {
  put_fixed(into, id_of(key), entry_type::boolean, value ? 1 : 0);
}
[[gnu::noinline]] inline void put_real(frame& into, description& key, double value) noexcept {
  put_fixed(into, id_of(key), entry_type::real, __builtin_bit_cast(std::uint64_t, value));
}
/// Nanoseconds since 1970.
[[gnu::noinline]] inline void put_time(frame& into, description& key, std::int64_t unix_nano) noexcept {
  put_fixed(into, id_of(key), entry_type::time, static_cast<std::uint64_t>(unix_nano));
}
[[gnu::noinline]] inline void put_duration(frame& into, description& key, std::int64_t nanoseconds) noexcept {
  put_fixed(into, id_of(key), entry_type::duration, static_cast<std::uint64_t>(nanoseconds));
}

/// Text under an id and a type of entry; a longer one than a record holds is left out and counted.
[[gnu::noinline]] inline void put_text(frame& into, std::uint32_t id, entry_type type, meta::text value) noexcept {
  if (value.size > max_payload) {
    ++into.cut;
    return;
  }
  if (char* room = reserve(into, sizeof(entry) + padded(value.size))) {
    const entry head{id, entry::make_shape(type, value.size)};
    __builtin_memcpy(room, &head, sizeof head);
    if (value.size != 0) __builtin_memcpy(room + sizeof head, value.data, value.size);
  }
}
[[gnu::noinline]] inline void put_text(frame& into, description& key, meta::text value) noexcept {
  put_text(into, id_of(key), entry_type::text, value);
}

/// Where a compound entry begins, as an offset: the entries may move while its parts are appended.
struct opened_entry {
  std::size_t offset;
  bool fits;
};
[[nodiscard, gnu::noinline]] inline opened_entry begin(frame& into, std::uint32_t id, entry_type type) noexcept {
  char* room = reserve(into, sizeof(entry));
  if (room == nullptr) return {0, false};
  const entry head{id, entry::make_shape(type, 0)};
  __builtin_memcpy(room, &head, sizeof head);
  return {static_cast<std::size_t>(room - into.first_entry()), true};
}
[[gnu::noinline]] inline void finish(frame& into, opened_entry opened) noexcept {
  if (!opened.fits) return;
  char* at = into.first_entry() + opened.offset;
  entry head;
  __builtin_memcpy(&head, at, sizeof head);
  head.shape = entry::make_shape(head.type(), static_cast<std::size_t>(into.cursor - at) - sizeof head);
  __builtin_memcpy(at, &head, sizeof head);
}
/// Eight bytes inside a compound entry.
inline void put_word(frame& into, std::uint64_t word) noexcept {
  if (char* room = reserve(into, 8)) __builtin_memcpy(room, &word, 8);
}
/// Begins an event that happens now; attributes follow, then `finish`.
[[nodiscard, gnu::noinline]] inline opened_entry begin_event(frame& into, description& name) noexcept {
  opened_entry opened = begin(into, id_of(name), entry_type::event);
  if (opened.fits) put_word(into, context::ticks());
  return opened;
}

}  // namespace sonde::record
