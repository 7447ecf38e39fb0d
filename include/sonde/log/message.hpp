// SPDX-License-Identifier: MIT
#pragma once

// The parts of a log record that log/log.hpp writes: text formatted on the caller's stack, the place of the call.

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>  // core.h leaves vformat_to to the library, whose name for it Clang 14 mangles unlike GCC

#include <sonde/record/attribute.hpp>

namespace sonde::record {

/// Where a log function was called; `file` is null where that is not captured.
struct call_site {
  const char* file = nullptr;
  std::uint32_t line = 0;
  const char* function = nullptr;
};

/// Texts up to this size need no heap.
inline constexpr std::size_t short_message = 512;

/// The text of a log. Where a formatter throws or memory is short it is the format itself, and counted.
[[gnu::noinline]] inline void put_body(frame& into, fmt::string_view format, fmt::format_args arguments) noexcept {
  try {
    fmt::basic_memory_buffer<char, short_message> text;
    fmt::vformat_to(fmt::appender{text}, format, arguments);
    put_text(into, 0, entry_type::body, {text.data(), text.size()});
  } catch (...) {
    into.count_cut();
    put_text(into, 0, entry_type::body, {format.data(), format.size()});
  }
}

/// Source: OpenTelemetry semantic conventions, "Source code".
[[gnu::noinline]] inline void put_call_site(frame& into, const call_site& from) noexcept {
  if (from.file == nullptr) return;
  const auto text = [](const char* name) { return meta::text{name, __builtin_strlen(name)}; };
  put_text(into, key<description_type::attribute, "code.file.path">, text(from.file));
  put_integer(into, key<description_type::attribute, "code.line.number">, from.line);
  put_text(into, key<description_type::attribute, "code.function.name">, text(from.function));
}

}  // namespace sonde::record
