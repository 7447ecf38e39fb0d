// SPDX-License-Identifier: MIT
#pragma once

// A call to a log function as the compiler knows it, and the registry's id for it. A thread remembers the ids of those
// it met by a hash of what they say, made at compile time: not by address, which a plugin leaves to the next one loaded
// there.

#include <cstddef>
#include <cstdint>

#include <sonde/log/call_site.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/description.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

struct log_site {
  meta::text format;
  call_site from;
  std::uint64_t content;  // hash of all of this; never 0
  bool copies_arguments;  // of its C strings; else its text is made where it is logged
};

/// FNV-1a. Source: Fowler, Noll, Vo, draft-eastlake-fnv.
[[nodiscard]] consteval std::uint64_t hash(std::uint64_t before, meta::text text) {
  for (std::size_t i = 0; i < text.size; ++i)
    before = (before ^ static_cast<unsigned char>(text.data[i])) * std::uint64_t{0x0000'0100'0000'01b3};
  return before;
}
/// A copied C string is no pointer any more. `p}` may be something else than a pointer's format; then nothing is lost but
/// time.
[[nodiscard]] consteval bool has_pointer_format(meta::text format) {
  for (std::size_t i = 0; i + 1 < format.size; ++i)
    if (format.data[i] == 'p' && format.data[i + 1] == '}') return true;
  return false;
}
[[nodiscard]] consteval log_site describe_log(meta::text format, const call_site& from) {
  std::uint64_t content = hash(0xcbf2'9ce4'8422'2325, format) + from.line;
  for (const char* text : {from.file, from.function})
    if (text != nullptr) content = hash(content, {text, __builtin_strlen(text) + 1});
  return {format, from, content != 0 ? content : 1, !has_pointer_format(format)};
}

inline constexpr std::size_t log_probes = 4;

[[nodiscard]] inline known_log& place_of(recorder& mine, std::uint64_t content, std::size_t probe) noexcept {
  constexpr std::size_t places = sizeof mine.known_logs / sizeof mine.known_logs[0];
  return mine.known_logs[(content + probe) % places];
}
[[nodiscard, gnu::noinline, gnu::cold]] inline std::uint32_t find_or_enroll(recorder& mine,
                                                                              const log_site& site) noexcept {
  known_log* free = nullptr;
  for (std::size_t probe = 0; probe < log_probes; ++probe) {
    known_log& each = place_of(mine, site.content, probe);
    if (each.content == site.content) return each.id;
    if (free == nullptr && each.content == 0) free = &each;
  }
  const auto text = [](const char* name) {
    return name != nullptr ? meta::text{name, __builtin_strlen(name)} : meta::text{};
  };
  description fresh;
  fresh.type = description_type::log;
  fresh.name = site.format;
  fresh.file = text(site.from.file);
  fresh.function = text(site.from.function);
  fresh.line = site.from.line;
  const std::uint32_t id = second_half(enroll(fresh));
  if (free == nullptr) free = &place_of(mine, site.content, 0);
  if (id != 0) *free = {site.content, id};
  return id;
}
/// 0 where it cannot be had.
[[nodiscard, gnu::always_inline]] inline std::uint32_t id_of(recorder& mine, const log_site& site) noexcept {
  const known_log& first = place_of(mine, site.content, 0);
  return first.content == site.content ? first.id : find_or_enroll(mine, site);
}

}  // namespace sonde::record
