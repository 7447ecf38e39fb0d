// SPDX-License-Identifier: MIT
#pragma once

// The event `exception`, how an exception is described, and how the collector hears of it. Source: OpenTelemetry semantic conventions, "Exceptions".

#include <exception>

#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>

namespace sonde::record {

/// Type, message and details as attributes; also what an occurrence has of them.
[[gnu::noinline, gnu::cold]] inline void put_exception_attributes(frame& into, const described_exception& what) noexcept {
  if (!what.type.empty()) put_text(into, key<description_type::attribute, "exception.type">, what.type);
  if (!what.message.empty() || what.type.empty())
    put_text(into, key<description_type::attribute, "exception.message">, what.message);
  if (what.cut) into.count_cut();
  if (what.details.empty()) return;
  if (char* room = reserve(into, what.details.size)) __builtin_memcpy(room, what.details.data, what.details.size);
}
/// Appends the event.
[[gnu::noinline, gnu::cold]] inline void put_exception_event(frame& into, const described_exception& what) noexcept {
  const opened_entry event = begin_event(into, event_name<"exception">);
  put_exception_attributes(into, what);
  finish(into, event);
}

/// A span failed with it: error status, and the message (of a type without one, the type) as its description where nobody
/// gave another.
[[gnu::noinline, gnu::cold]] inline void fail_with(frame& span, const described_exception& what) noexcept {
  if (span.header.status == static_cast<std::uint8_t>(status::ok)) return;
  span.header.status = static_cast<std::uint8_t>(status::error);
  const char* at = span.first_entry();
  for (const char* const end = at + span.entries_size(); at < end;) {
    entry head;
    __builtin_memcpy(&head, at, sizeof head);
    if (head.type() == entry_type::status_message) return;
    at += sizeof head + padded(head.size());
  }
  put_text(span, 0, entry_type::status_message, what.message.empty() ? what.type : what.message);
}

/// An exception leaves the span: the event, the status, and nothing to guess.
[[gnu::noinline, gnu::cold]] inline void leave_with(frame& span, const described_exception& what) noexcept {
  put_exception_event(span, what);
  fail_with(span, what);
  span.header.flags |= unwound | described;
}

/// As a sink for `take(described_exception)`.
template <class Take>
[[nodiscard]] exception_sink sink_of(Take& take) noexcept {
  return {[](void* target, const described_exception& what) noexcept { (*static_cast<Take*>(target))(what); }, &take};
}
/// Calls `take(described_exception)` for `error`.
template <class Take>
void describe_exception(const std::exception& error, Take take) noexcept {
  if (const session_table* table = installed_table()) table->describe_exception(error, sink_of(take));
}
template <class Take>
void describe_handled_exception(Take take) noexcept {
  if (const session_table* table = installed_table()) table->describe_current_exception(sink_of(take));
}

/// Tells the collector which exception is being handled, for spans unwound beneath `active` (null: beneath none).
[[gnu::noinline, gnu::cold]] inline void publish_amendment(recorder& mine, const frame* active,
                                                           const described_exception& what) noexcept {
  roomy_frame note;
  note.header = {};
  note.set_head(head_word(0));
  note.header.type = record_type::amendment;
  if (active != nullptr) {
    note.header.trace_id = active->header.trace_id;
    note.header.span_id = active->header.span_id;
  }
  put_exception_event(note, what);
  signal_counters ignored{};  // an amendment is neither span nor log
  publish(mine, note, ignored);
}

}  // namespace sonde::record
