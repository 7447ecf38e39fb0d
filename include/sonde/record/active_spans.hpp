// SPDX-License-Identifier: MIT
#pragma once

// Copies what is known of a thread's active spans into an occurrence: the trace of spans that leads to where it was reported.
// Behind the session's table, since only reports want it; read by record_reader.hpp.

#include <cstddef>
#include <cstdint>

#include <sonde/encoding/utf8.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/frame.hpp>

namespace sonde::record {

/// Of one occurrence. What lies beyond is left out: the spans themselves have all of it.
struct active_span_limits {
  static constexpr int spans = 32;
  static constexpr int attributes = 16;         // of one span
  static constexpr std::size_t text = 256;      // bytes of a name or a value
  static constexpr std::size_t compound = 512;  // an array or map above that is left out
};

inline void put_short_copy(frame& into, const entry& head, const char* payload) noexcept {
  const bool is_text = head.type() == entry_type::text || head.type() == entry_type::name;
  meta::text copied{payload, head.size()};
  if (is_text && copied.size > active_span_limits::text) copied = encoding::cut_bytes(copied, active_span_limits::text);
  if (copied.size <= active_span_limits::compound) put_text(into, head.description, head.type(), copied);
}

inline void put_active_span(frame& into, frame& active) noexcept {
  const opened_entry span = begin(into, active.header.description, entry_type::active_span);
  if (!span.fits) return;
  std::uint64_t id;
  __builtin_memcpy(&id, active.header.span_id.bytes, sizeof id);
  put_word(into, id);
  put_word(into, active.header.location);
  const char* at = active.first_entry();
  int attributes = 0;
  for (const char* const end = at + active.entries_size(); at < end;) {
    entry head;
    __builtin_memcpy(&head, at, sizeof head);
    const char* const payload = at + sizeof head;
    at = payload + padded(head.size());
    if (head.type() == entry_type::name || (head.type() <= entry_type::map && attributes++ < active_span_limits::attributes))
      put_short_copy(into, head, payload);
  }
  finish(into, span);
}

/// From `innermost` (may be null) outwards, up to a boundary. Spans of elsewhere of which only the ids are known are left out.
inline void put_active_spans(frame& into, const frame* innermost) noexcept {
  int left = active_span_limits::spans;
  for (const frame* at = innermost; at != nullptr && left > 0; at = at->outer) {
    if (at->header.type >= record_type::boundary) return;
    frame* const active = writable(const_cast<frame*>(at));
    if (active == nullptr || !active->takes_entries() || is_borrowed(*active)) continue;
    put_active_span(into, *active);
    --left;
  }
}

}  // namespace sonde::record
