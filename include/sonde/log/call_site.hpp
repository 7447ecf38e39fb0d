// SPDX-License-Identifier: MIT
#pragma once

// The place of a call to a log function, and how a log record tells it.

#include <cstdint>

#include <sonde/record/key.hpp>
#include <sonde/record/value.hpp>

namespace sonde::record {

/// Where a log function was called; `file` is null where that is not captured.
struct call_site {
  const char* file = nullptr;
  std::uint32_t line = 0;
  const char* function = nullptr;
};

/// Source: OpenTelemetry semantic conventions, "Source code".
[[gnu::noinline]] inline void put_call_site(frame& into, const call_site& from) noexcept {
  if (from.file == nullptr) return;
  const auto text = [](const char* name) { return meta::text{name, __builtin_strlen(name)}; };
  put_text(into, key<description_type::attribute, "code.file.path">, text(from.file));
  put_integer(into, key<description_type::attribute, "code.line.number">, from.line);
  if (from.function != nullptr)
    put_text(into, key<description_type::attribute, "code.function.name">, text(from.function));
}

}  // namespace sonde::record
