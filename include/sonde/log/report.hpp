// SPDX-License-Identifier: MIT
#pragma once

// Reports: an error or a message worth a human's attention, as an OTLP exception event and log record, a Rollbar item,
// an X-Ray cause.

#include <exception>

#include <sonde/log/log_record.hpp>
#include <sonde/record/exception_event.hpp>

namespace sonde {

namespace record {

/// The active span gets the event, the collector the amendment for spans unwound beneath it, exporters the occurrence.
[[gnu::noinline, gnu::cold]] inline void report_described(meta::text type, meta::text message, level severity) noexcept {
  recorder* mine = live_recorder();
  if (mine == nullptr) return;
  frame* active = active_frame(*mine);
  if (frame* into = writable(active)) put_exception_event(*into, type, message);
  publish_amendment(*mine, active, type, message);
  log_record occurrence{mine, severity, record::occurrence};
  if (frame* into = occurrence.target()) {
    put_text(*into, 0, entry_type::body, message.empty() ? type : message);
    put_text(*into, key<description_type::attribute, "exception.type">, type);
    put_text(*into, key<description_type::attribute, "exception.message">, message);
  }
}

}  // namespace record

inline namespace SONDE_ABI {

/// Reports an exception: in its handler, or one at hand.
[[gnu::always_inline]] inline void report_exception(const std::exception& error, level severity = level::error) noexcept {
  if constexpr (enabled)
    record::describe_exception(error, [severity](meta::text type, meta::text message) noexcept {
      record::report_described(type, message, severity);
    });
}
/// Reports the exception being handled, of whatever type: `catch (...) { sonde::report_exception(); throw; }`.
[[gnu::always_inline]] inline void report_exception() noexcept {
  if constexpr (enabled)
    record::describe_handled_exception([](meta::text type, meta::text message) noexcept {
      record::report_described(type, message, level::error);
    });
}
/// Reports a message that is no exception.
template <class Text>
[[gnu::always_inline]] inline void report_message(const Text& message, level severity = level::info) noexcept {
  if constexpr (enabled) {
    record::log_record occurrence{record::live_recorder(), severity, record::occurrence};
    if (record::frame* into = occurrence.target()) record::put_part(*into, record::entry_type::body, message);
  }
}

}  // namespace SONDE_ABI
}  // namespace sonde
