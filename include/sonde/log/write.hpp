// SPDX-License-Identifier: MIT
#pragma once

// A log record whose text and level are known only at run time: for what brings lines here from elsewhere, such as the
// bridges of other logging libraries and access logs. Needs no fmt.

#include <string_view>

#include <sonde/config.hpp>
#include <sonde/log/call_site.hpp>
#include <sonde/log/log_record.hpp>
#include <sonde/record/attribute.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace log {

/// `sonde::log::write(level, text, {file, line, function}, sonde::attr<"key">(value)...)`. All of it is copied, the ids
/// of the active span are attached. Nothing below SONDE_MIN_LEVEL or the session's level. What sonde itself has to say
/// is never recorded this way: see record/own_words.hpp.
template <meta::fixed_string... Keys, class... Values>
void write([[maybe_unused]] level severity, [[maybe_unused]] std::string_view text,
           [[maybe_unused]] const record::call_site& from,
           [[maybe_unused]] const attribute<Keys, Values>&... attributes) noexcept {
  if constexpr (enabled) {
    if (severity < min_level) return;
    const record::session_table* const table = record::installed_table();
    if (table == nullptr || table->is_saying_own_words()) return;
    record::log_record made{record::recorder_for(severity), severity};
    record::frame* const into = made.target();
    if (into == nullptr) return;
    record::put_text(*into, 0, record::entry_type::body, {text.data(), text.size()});
    record::put_attributes(*into, attributes...);
    record::put_call_site(*into, from);
  }
}
/// Of no place in the source.
template <meta::fixed_string... Keys, class... Values>
void write(level severity, std::string_view text, const attribute<Keys, Values>&... attributes) noexcept {
  write(severity, text, record::call_site{}, attributes...);
}

}  // namespace log
}  // namespace SONDE_ABI
}  // namespace sonde
