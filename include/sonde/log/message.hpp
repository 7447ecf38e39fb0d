// SPDX-License-Identifier: MIT
#pragma once

// How the text of a log gets into its record: as the arguments of its format, which the collector makes it from; or,
// where one of them cannot be copied, made here, on the caller's stack. Used by log.hpp.

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>  // core.h leaves vformat_to to the library, whose name for it Clang 14 mangles unlike GCC

#include <sonde/log/copied_argument.hpp>
#include <sonde/log/log_record.hpp>
#include <sonde/log/log_site.hpp>

namespace sonde::record {

/// The format stands for the text.
[[gnu::noinline, gnu::cold]] inline void put_format(frame& into, meta::text format) noexcept {
  into.count_cut();
  put_text(into, 0, entry_type::body, format);
}

/// Texts up to this size need no heap.
inline constexpr std::size_t short_message = 512;

/// The text, made now. Where a formatter throws, memory is short or it is too long, it is the format itself, and counted.
[[gnu::noinline]] inline void put_body(frame& into, const log_site& site, const fmt::format_args& arguments) noexcept {
  try {
    fmt::basic_memory_buffer<char, short_message> text;
    fmt::vformat_to(fmt::appender{text}, fmt::string_view{site.format.data, site.format.size}, arguments);
    if (text.size() <= max_payload) return put_text(into, 0, entry_type::body, {text.data(), text.size()});
  } catch (...) {
  }
  put_format(into, site.format);
}

/// Of a record described by the site, if it could be.
[[gnu::noinline]] inline void put_arguments(frame& into, const log_site& site,
                                          const copied_arguments& arguments) noexcept {
  if (into.header.description == 0 || arguments.entries_size > max_payload) return put_format(into, site.format);
  if (char* const to = reserve(into, arguments.entries_size)) write_entries(to, arguments);
}
/// The site's id could not be had, or its arguments do not fit.
[[gnu::noinline, gnu::cold]] inline void write_unusual(recorder& mine, level severity, const log_site& site) noexcept {
  log_record made{&mine, severity};
  put_format(*made.target(), site.format);
  put_call_site(*made.target(), site.from);
}
[[nodiscard, gnu::noinline, gnu::cold]] inline char* fresh_room(recorder& mine, std::size_t size) noexcept {
  if (make_room(mine, size)) return mine.ring.next;
  count_drop(mine.logs, drop_reason::queue_full);
  return nullptr;
}

/// A log without attributes goes straight into the ring.
struct opened_log {
  recorder* mine;
  char* entries;  // where they go; null where nothing is recorded, or nothing more
};
[[nodiscard, gnu::noinline, gnu::cold]] inline opened_log open_log_unusual(level severity, const log_site& site,
                                                                            std::size_t size) noexcept {
  recorder* const mine = recorder_for(severity);
  if (mine == nullptr) return {nullptr, nullptr};
  if (is_writing(*mine)) {
    count(mine->logs.started);
    count_drop(mine->logs, drop_reason::in_signal_handler);
    return {nullptr, nullptr};
  }
  const std::uint32_t id = id_of(*mine, site);
  if (id == 0 || size > max_payload) {
    write_unusual(*mine, severity, site);
    return {nullptr, nullptr};
  }
  count(mine->logs.started);
  struct header made;
  write_log_header(reinterpret_cast<char*>(&made), *mine, severity, 0);
  frame* const active = mine->current;
  begin_writing(*mine);
  mine->behind_log = active;  // a handler before this may have logged, and left its own
  char* to = mine->ring.room(size);
  if (to == nullptr) to = fresh_room(*mine, size);
  if (to == nullptr) {
    end_writing(*mine, mine->behind_log);
    return {nullptr, nullptr};
  }
  const std::uint64_t head = make_word(static_cast<std::uint32_t>(size), id);
  __builtin_memcpy(&made, &head, sizeof head);
  __builtin_memcpy(to, &made, sizeof made);
  return {mine, to + sizeof(struct header)};
}
/// A level that is recorded, as far as a glance told. Inside a recorded span, where this thread has been before, it calls nothing
/// (as span/lifecycle.hpp explains).
[[nodiscard, gnu::noinline]] inline opened_log open_log(level severity, const log_site& site, std::size_t size) noexcept {
  recorder* const mine = attached_recorder();
  if (mine == nullptr || !__atomic_load_n(&mine->live, __ATOMIC_RELAXED)) [[unlikely]]
    return open_log_unusual(severity, site, size);
  const known_log& known = place_of(*mine, site.content, 0);
  frame* const active = mine->current;
  if (known.content != site.content || active == nullptr || !active->is_sampled() || size > max_payload) [[unlikely]]
    return open_log_unusual(severity, site, size);
  begin_writing(*mine);
  mine->behind_log = active;
  char* const to = mine->ring.room(size);
  if (to == nullptr) [[unlikely]] {
    end_writing(*mine, active);
    return open_log_unusual(severity, site, size);
  }
  count(mine->logs.started);
  const std::uint64_t head = make_word(static_cast<std::uint32_t>(size), known.id);
  __builtin_memcpy(to, &head, sizeof head);
  write_log_header(to, active->header, severity);
  return {mine, to + sizeof(struct header)};
}
/// Not a loop: what an argument is, the compiler knows.
template <std::same_as<copied_argument>... Arguments>
[[gnu::always_inline]] inline void write_log(level severity, const log_site& site, const Arguments&... arguments) noexcept {
  const std::size_t size = sizeof(struct header) + (entry_size(arguments) + ... + 0);
  const opened_log log = open_log(severity, site, size);
  if (log.entries == nullptr) return;
  [[maybe_unused]] char* to = log.entries;
  ((to = write_entry(to, arguments)), ...);
  log.mine->ring.publish(log.mine->ring.next + size);
  count(log.mine->logs.written);
  end_writing(*log.mine, log.mine->behind_log);
}

}  // namespace sonde::record
