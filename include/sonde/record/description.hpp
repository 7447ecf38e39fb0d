// SPDX-License-Identifier: MIT
#pragma once

// What is known at compile time about a span, a key, an event or a place in the source, with its fixed bytes already
// encoded. Made in `span`, kept by the registry, read by adapters.

#include <cstdint>

#include <sonde/meta/text.hpp>
#include <sonde/record/layout.hpp>

namespace sonde::record {

enum class description_type : std::uint8_t { span, attribute, annotation, metadata, event, location, log };

/// Of an attribute, in whichever role.
[[nodiscard]] constexpr bool is_key(description_type what) noexcept {
  return what == description_type::attribute || what == description_type::annotation || what == description_type::metadata;
}

/// The instrumentation scope a span was made in.
struct scope_description {
  meta::text name{};
  meta::text version{};
};

/// What never changes, and what is learned once: the id, and where the plain form is opened.
struct description {
  // One word each, as a record begins and ends its header with them (record/layout.hpp). `head` is 0 until the description
  // is enrolled with the registry; `tail` gets its location id together with `opened_file`.
  std::uint64_t head = 0;
  std::uint64_t tail = plain_tail;
  const char* opened_file = nullptr;  // of the first place the plain form was opened at; compared by address
  std::uint32_t opened_line = 0;

  description_type type = description_type::span;
  std::uint32_t line = 0;           // macro form, location, log
  meta::text name{};                // of the span, key or event; the format of a log
  meta::text name_space{};          // metadata: X-Ray's namespace
  meta::text protobuf{};            // the name as a field: Span.name, KeyValue.key, Event.name
  meta::text json{};                // the name, escaped
  meta::text file{};                // macro form, location, log
  meta::text function{};            // macro form, location, log
  meta::text location_protobuf{};   // macro form, location: the code.* attributes as fields of Span
  meta::text location_json{};       // the same as members of "attributes", comma-separated
  const scope_description* scope = nullptr;
};

/// Where a guard in plain form was opened; `file` is null where that is not captured.
struct opened_at {
  const char* file = nullptr;
  std::uint32_t line = 0;
  const char* function = nullptr;
};

[[nodiscard]] inline std::uint64_t head_of(const description& known) noexcept {
  return __atomic_load_n(&known.head, __ATOMIC_RELAXED);
}

}  // namespace sonde::record
