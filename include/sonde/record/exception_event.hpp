// SPDX-License-Identifier: MIT
#pragma once

// The event `exception`, how an exception is described, and how the collector hears of it. Source: OpenTelemetry semantic conventions, "Exceptions".

#include <exception>

#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>

namespace sonde::record {

/// Appends the event for an exception of known type and message.
[[gnu::noinline]] inline void put_exception_event(frame& into, meta::text type, meta::text message) noexcept {
  const opened_entry event = begin_event(into, event_name<"exception">);
  if (!type.empty()) put_text(into, key<description_type::attribute, "exception.type">, type);
  if (!message.empty() || type.empty()) put_text(into, key<description_type::attribute, "exception.message">, message);
  finish(into, event);
}

[[gnu::noinline, gnu::cold]] inline void describe_current_exception(exception_sink sink) noexcept {
  if (const session_table* table = installed_table()) table->describe_current_exception(sink);
}

/// Calls `take(type, message)` for `error`; both texts live until it returns.
template <class Take>
void describe_exception(const std::exception& error, Take take) noexcept {
  const exception_sink sink{[](void* target, meta::text type, meta::text message) noexcept {
                              (*static_cast<Take*>(target))(type, message);
                            },
                            &take};
  if (const session_table* table = installed_table()) table->describe_exception(error, sink);
}
template <class Take>
void describe_handled_exception(Take take) noexcept {
  describe_current_exception({[](void* target, meta::text type, meta::text message) noexcept {
                                (*static_cast<Take*>(target))(type, message);
                              },
                              &take});
}

/// Tells the collector which exception is being handled, for spans unwound beneath `active` (null: beneath none).
[[gnu::noinline, gnu::cold]] inline void publish_amendment(recorder& mine, const frame* active, meta::text type,
                                                           meta::text message) noexcept {
  roomy_frame note;
  note.header = {};
  note.set_head(head_word(0));
  note.room = frame::plain_room;
  note.header.type = record_type::amendment;
  if (active != nullptr) {
    note.header.trace_id = active->header.trace_id;
    note.header.span_id = active->header.span_id;
  }
  put_exception_event(note, type, message);
  signal_counters ignored{};  // an amendment is neither span nor log
  publish(mine, note, ignored, false);
}

}  // namespace sonde::record
