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

/// Room in an unusual frame, or one that is full: moves the entries to a larger block on the heap where they have to. Null
/// where the frame takes none or the limit or memory is reached.
[[gnu::noinline, gnu::cold]] inline char* outgrow(frame& into, std::size_t bytes) noexcept {
  if (!into.takes_entries()) return nullptr;
  const std::size_t used = into.entries_size();
  const std::size_t needed = used + bytes;
  if (sizeof(struct header) + needed <= into.room_in_place()) {
    into.set_entries_size(needed);
    return into.first_entry() + used;
  }
  const bool was_spilled = into.is_spilled();
  if (!was_spilled || needed > into.spill->capacity) {
    std::size_t capacity = 1024;
    while (capacity < needed && capacity < max_payload) capacity *= 2;
    if (capacity > max_payload) capacity = max_payload;
    auto* block = needed <= capacity ? static_cast<spill*>(__builtin_malloc(sizeof(spill) + capacity)) : nullptr;
    if (block == nullptr) {
      into.count_cut();
      return nullptr;
    }
    block->capacity = capacity;
    __builtin_memcpy(block->data, into.first_entry(), used);
    into.free_spill();
    into.spill = block;
    into.make_unusual();
    into.room &= ~std::uint64_t{0xffff'ffff};
  }
  into.set_entries_size(needed);
  return into.spill->data + used;
}

/// `bytes` (a multiple of 8) behind what is there, in the guard itself; null where it has not as much, or is unusual.
[[nodiscard, gnu::always_inline]] inline char* reserve_in_place(frame& into, std::size_t bytes) noexcept {
  const std::uint64_t head = into.head();
  const std::size_t size = first_half(head);
  if (size + bytes > frame::plain_room) [[unlikely]] return nullptr;
  into.set_head(head + make_word(static_cast<std::uint32_t>(bytes), 0));
  return reinterpret_cast<char*>(&into.header) + size;
}
/// `bytes` (a multiple of 8) of room, or null: then the caller writes nothing, and the loss is counted.
[[nodiscard, gnu::always_inline]] inline char* reserve(frame& into, std::size_t bytes) noexcept {
  char* const room = reserve_in_place(into, bytes);
  return room != nullptr ? room : outgrow(into, bytes);
}

// As in span/lifecycle.hpp: whatever is unusual leaves by a call in last place.

[[gnu::always_inline]] inline void write_fixed(char* room, std::uint64_t key_head, entry_type type, std::uint64_t bits) noexcept {
  const std::uint64_t head = entry::make(second_half(key_head), type, 8);
  __builtin_memcpy(room, &head, sizeof head);
  __builtin_memcpy(room + sizeof head, &bits, 8);
}
[[gnu::noinline, gnu::cold]] inline void put_fixed_unusual(frame& into, description& key, entry_type type,
                                                           std::uint64_t bits) noexcept {
  const std::uint64_t key_head = enrolled_head(key);
  if (char* room = reserve(into, sizeof(entry) + 8)) write_fixed(room, key_head, type, bits);
}
[[gnu::always_inline]] inline void put_fixed(frame& into, description& key, entry_type type, std::uint64_t bits) noexcept {
  const std::uint64_t key_head = head_of(key);
  char* const room = key_head != 0 ? reserve_in_place(into, sizeof(entry) + 8) : nullptr;
  if (room == nullptr) [[unlikely]] return put_fixed_unusual(into, key, type, bits);
  write_fixed(room, key_head, type, bits);
}

[[gnu::noinline]] inline void put_integer(frame& into, description& key, std::int64_t value) noexcept {
  put_fixed(into, key, entry_type::integer, static_cast<std::uint64_t>(value));
}
[[gnu::noinline]] inline void put_unsigned(frame& into, description& key, std::uint64_t value) noexcept {
  put_fixed(into, key, entry_type::unsigned_integer, value);
}
[[gnu::noinline]] inline void put_boolean(frame& into, description& key, bool value) noexcept {
  put_fixed(into, key, entry_type::boolean, value ? 1 : 0);
}
[[gnu::noinline]] inline void put_real(frame& into, description& key, double value) noexcept {
  put_fixed(into, key, entry_type::real, __builtin_bit_cast(std::uint64_t, value));
}
/// Nanoseconds since 1970.
[[gnu::noinline]] inline void put_time(frame& into, description& key, std::int64_t unix_nano) noexcept {
  put_fixed(into, key, entry_type::time, static_cast<std::uint64_t>(unix_nano));
}
[[gnu::noinline]] inline void put_duration(frame& into, description& key, std::int64_t nanoseconds) noexcept {
  put_fixed(into, key, entry_type::duration, static_cast<std::uint64_t>(nanoseconds));
}

/// A call to memcpy costs more than a short text does.
[[gnu::always_inline]] inline void copy_text(char* to, meta::text from) noexcept {
  const auto both_ends = [&]<std::size_t Width>() {
    char ends[2 * Width];
    __builtin_memcpy(ends, from.data, Width);
    __builtin_memcpy(ends + Width, from.data + from.size - Width, Width);
    __builtin_memcpy(to, ends, Width);
    __builtin_memcpy(to + from.size - Width, ends + Width, Width);
  };
  if (from.size > 32)
    __builtin_memcpy(to, from.data, from.size);
  else if (from.size >= 16)
    both_ends.template operator()<16>();
  else if (from.size >= 8)
    both_ends.template operator()<8>();
  else
    for (std::size_t i = 0; i < from.size; ++i) to[i] = from.data[i];
}

/// Text under an id and a type of entry; a longer one than a record holds is left out and counted.
[[gnu::always_inline]] inline void put_any_text(frame& into, std::uint32_t id, entry_type type, meta::text value) noexcept {
  if (value.size > max_payload) [[unlikely]] {
    into.count_cut();
    return;
  }
  if (char* room = reserve(into, sizeof(entry) + padded(value.size))) {
    const std::uint64_t head = entry::make(id, type, value.size);
    __builtin_memcpy(room, &head, sizeof head);
    copy_text(room + sizeof head, value);
  }
}
[[gnu::noinline]] inline void put_text(frame& into, std::uint32_t id, entry_type type, meta::text value) noexcept {
  put_any_text(into, id, type, value);
}
[[gnu::noinline, gnu::cold]] inline void put_text_unusual(frame& into, description& key, meta::text value) noexcept {
  put_any_text(into, id_of(key), entry_type::text, value);
}
[[gnu::noinline]] inline void put_text(frame& into, description& key, meta::text value) noexcept {
  const std::uint64_t key_head = head_of(key);
  char* const room = key_head != 0 && value.size <= inline_entries
                         ? reserve_in_place(into, sizeof(entry) + padded(value.size))
                         : nullptr;
  if (room == nullptr) [[unlikely]] return put_text_unusual(into, key, value);
  const std::uint64_t head = entry::make(second_half(key_head), entry_type::text, value.size);
  __builtin_memcpy(room, &head, sizeof head);
  copy_text(room + sizeof head, value);
}

/// The tracestate of fields that belong to the span's trace, its lines joined with commas.
[[gnu::noinline, gnu::cold]] inline void put_tracestate(frame& into, const propagated_fields& from) noexcept {
  std::size_t size = 0;
  for (const meta::text line : from.tracestate) size += line.size + (size != 0);
  if (size == 0 || size > max_payload || from.trace_id != into.header.trace_id) return;
  char* at = reserve(into, sizeof(entry) + padded(size));
  if (at == nullptr) return;
  const std::uint64_t head = entry::make(0, entry_type::tracestate, size);
  __builtin_memcpy(at, &head, sizeof head);
  at += sizeof head;
  for (const meta::text& line : from.tracestate) {
    if (&line != from.tracestate.begin()) *at++ = ',';
    __builtin_memcpy(at, line.data, line.size);
    at += line.size;
  }
}

/// Where a compound entry begins, as an offset: the entries may move while its parts are appended.
struct opened_entry {
  std::size_t offset;
  bool fits;
};
[[nodiscard, gnu::noinline]] inline opened_entry begin(frame& into, std::uint32_t id, entry_type type) noexcept {
  char* room = reserve(into, sizeof(entry));
  if (room == nullptr) return {0, false};
  const std::uint64_t head = entry::make(id, type, 0);
  __builtin_memcpy(room, &head, sizeof head);
  return {static_cast<std::size_t>(room - into.first_entry()), true};
}
[[gnu::noinline]] inline void finish(frame& into, opened_entry opened) noexcept {
  if (!opened.fits) return;
  char* at = into.first_entry() + opened.offset;
  entry head;
  __builtin_memcpy(&head, at, sizeof head);
  head.shape = entry::make_shape(head.type(), into.entries_size() - opened.offset - sizeof head);
  __builtin_memcpy(at, &head, sizeof head);
}
/// A key and its value inside a map; neither where one of them did not fit, or where the value has nothing to say.
template <class PutKey, class PutValue>
void put_pair(frame& into, PutKey put_key, PutValue put_its_value) noexcept {
  const std::size_t before = into.entries_size();
  put_key();
  const std::size_t between = into.entries_size();
  put_its_value();
  if (between == before || into.entries_size() == between) into.set_entries_size(before);
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
