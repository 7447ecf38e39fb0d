// SPDX-License-Identifier: MIT
#pragma once

// What is known at compile time about a span, a key, an event or a place in the source, with its fixed bytes already
// encoded. Made in `span`, kept by the registry, read by adapters.

#include <cstdint>

#include <sonde/meta/text.hpp>

namespace sonde::record {

enum class description_type : std::uint8_t { span, attribute, annotation, metadata, event, location };

/// The instrumentation scope a span was made in.
struct scope_description {
  meta::text name{};
  meta::text version{};
};

/// A place in the source under the registry's id for it. Compared by the address of its file's name.
struct place {
  const char* file;
  std::uint32_t line;
  std::uint32_t id;
};

/// Constant but for two caches: `id`, 0 until enrolled with the registry, and `seen_at`.
struct description {
  std::uint32_t id = 0;
  description_type type = description_type::span;
  std::uint32_t line = 0;           // macro form, location
  meta::text name{};                  // of the span, key or event
  meta::text name_space{};            // metadata: X-Ray's namespace
  meta::text protobuf{};              // the name as a field: Span.name, KeyValue.key, Event.name
  meta::text json{};                  // the name, escaped
  meta::text file{};                  // macro form, location
  meta::text function{};              // macro form, location
  meta::text location_protobuf{};     // macro form, location: the code.* attributes as fields of Span
  meta::text location_json{};         // the same as members of "attributes", comma-separated
  const scope_description* scope = nullptr;
  const place* seen_at = nullptr;   // where the plain form was last opened
};

[[nodiscard]] inline std::uint32_t enrolled_id(const description& known) noexcept {
  return __atomic_load_n(&known.id, __ATOMIC_RELAXED);
}

}  // namespace sonde::record
