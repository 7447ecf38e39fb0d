// SPDX-License-Identifier: MIT
#pragma once

// Reports: an error or a message worth a human's attention, as an OTLP exception event and log record, a Rollbar item,
// an X-Ray cause.

#include <exception>

#include <sonde/log/log_record.hpp>
#include <sonde/record/exception_event.hpp>

namespace sonde {

namespace record {

/// The spans active on this thread, into an occurrence.
[[gnu::noinline, gnu::cold]] inline void put_active_spans(frame& occurrence, const recorder& mine) noexcept {
  if (const session_table* table = installed_table()) table->put_active_spans(occurrence, mine.current);
}

[[gnu::noinline, gnu::cold]] inline void publish_occurrence(recorder& mine, const described_exception& what,
                                                            level severity) noexcept {
  log_record occurrence{&mine, severity, record::occurrence};
  frame& into = *occurrence.target();
  put_text(into, 0, entry_type::body, what.message.empty() ? what.type : what.message);
  put_exception_attributes(into, what);
  put_active_spans(into, mine);
}

/// The active span gets the event, the collector the amendment for spans unwound beneath it, exporters the occurrence.
[[gnu::noinline, gnu::cold]] inline void report_described(const described_exception& what, level severity) noexcept {
  recorder* mine = live_recorder<arrival::purpose::report>();
  if (mine == nullptr) return;
  frame* active = active_frame(*mine);
  if (frame* into = writable(active)) put_exception_event(*into, what);
  publish_amendment(*mine, active, what);
  publish_occurrence(*mine, what, severity);
}

}  // namespace record

inline namespace SONDE_ABI {

/// Reports an exception: in its handler, or one at hand.
[[gnu::always_inline]] inline void report_exception(const std::exception& error, level severity = level::error) noexcept {
  if constexpr (enabled)
    record::describe_exception(error, [severity](const record::described_exception& what) noexcept {
      record::report_described(what, severity);
    });
}
/// Reports the exception being handled, of whatever type: `catch (...) { sonde::report_exception(); throw; }`.
[[gnu::always_inline]] inline void report_exception() noexcept {
  if constexpr (enabled)
    record::describe_handled_exception([](const record::described_exception& what) noexcept {
      record::report_described(what, level::error);
    });
}
/// Reports a message that is no exception.
template <class Text>
[[gnu::always_inline]] inline void report_message(const Text& message, level severity = level::info) noexcept {
  if constexpr (enabled) {
    record::recorder* const mine = record::live_recorder<record::arrival::purpose::report>();
    record::log_record occurrence{mine, severity, record::occurrence};
    if (record::frame* into = occurrence.target()) {
      record::put_part(*into, record::entry_type::body, message);
      record::put_active_spans(*into, *mine);
    }
  }
}

}  // namespace SONDE_ABI
}  // namespace sonde
