// SPDX-License-Identifier: MIT
#pragma once

// What a span holds beside attributes: events, links, status, exceptions. The functions behind span/operations.hpp.

#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/record/exception_event.hpp>

namespace sonde::record {

template <meta::fixed_string Name, meta::fixed_string... Keys, class... Values>
void put_event(frame& into, const attribute<Keys, Values>&... attributes) noexcept {
  const opened_entry event = begin_event(into, event_name<Name>);
  put_attributes(into, attributes...);
  finish(into, event);
}

[[nodiscard, gnu::noinline]] inline opened_entry begin_link(frame& into, const span_context& linked) noexcept {
  const opened_entry link = begin(into, 0, entry_type::link);
  char* room = link.fits ? reserve(into, 32) : nullptr;
  if (room == nullptr) return link;
  const std::uint64_t flags = linked.sampled ? sampled : 0;
  __builtin_memcpy(room, linked.trace_id.bytes, 16);
  __builtin_memcpy(room + 16, linked.span_id.bytes, 8);
  __builtin_memcpy(room + 24, &flags, 8);
  return link;
}
template <meta::fixed_string... Keys, class... Values>
void put_link(frame& into, const span_context& linked, const attribute<Keys, Values>&... attributes) noexcept {
  const opened_entry link = begin_link(into, linked);
  put_attributes(into, attributes...);
  finish(into, link);
}

/// Whether the status now is `outcome`.
inline bool put_status(frame& into, status outcome) noexcept {
  const auto now = static_cast<status>(into.header.status);
  if (outcome == status::unset || (now == status::ok && outcome == status::error)) return false;
  into.header.status = static_cast<std::uint8_t>(outcome);
  return true;
}

/// The event on `into`, and the amendment.
[[gnu::noinline, gnu::cold]] inline void note_exception(frame& into, const std::exception& error) noexcept {
  describe_exception(error, [&into](const described_exception& what) noexcept {
    put_exception_event(into, what);
    if (recorder* mine = live_recorder()) publish_amendment(*mine, &into, what);
  });
}

/// For code that catches and rethrows, and thus knows: no guessing at the close, and the amendment for spans unwound beneath.
[[gnu::noinline, gnu::cold]] inline void fail_with_handled_exception(frame& into) noexcept {
  describe_handled_exception([&into](const described_exception& what) noexcept {
    leave_with(into, what);
    into.make_unusual();
    into.room |= frame::exception_known;
    if (recorder* mine = live_recorder()) publish_amendment(*mine, &into, what);
  });
}

}  // namespace sonde::record
