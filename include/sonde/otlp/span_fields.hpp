// SPDX-License-Identifier: MIT
#pragma once

// The fields every protobuf Span has, as a field 2 of ScopeSpans: what stands before and behind its attributes. Used by
// plain_span.hpp and by protobuf.hpp. Source: opentelemetry-proto 1.11, trace.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sonde/otlp/protobuf_writer.hpp>
#include <sonde/otlp/span_flags.hpp>
#include <sonde/record/registry.hpp>

namespace sonde::otlp {

/// More than any run of fields of fixed size below takes, with the padding of a name behind it.
inline constexpr std::size_t fixed_room = 128;

/// Most spans are between 128 bytes and 16 KiB: two bytes for the length.
[[nodiscard, gnu::always_inline]] inline std::size_t open_span(protobuf_writer& to, char*& at) {
  return to.open<2>(at, bytes_tag(2));
}

[[nodiscard, gnu::always_inline]] inline char* put_identity(byte_buffer& into, char* at, const record::header& span) {
  const auto bytes = [](const auto& id) { return reinterpret_cast<const char*>(id.bytes); };
  at = into.room(at, fixed_room);
  at = encoding::put_bytes_field(at, 1, bytes(span.trace_id), 16);
  at = encoding::put_bytes_field(at, 2, bytes(span.span_id), 8);
  if (std::uint64_t parent; std::memcpy(&parent, span.parent_id.bytes, 8), parent != 0)
    at = encoding::put_bytes_field(at, 4, bytes(span.parent_id), 8);
  return at;
}

/// The name it was opened with; a later one is `put_text(at, bytes_tag(5), name)`.
[[nodiscard, gnu::always_inline]] inline char* put_site_name(byte_buffer& into, char* at, const record::registered& site) {
  return put_block(into.room(at, fixed_room + site.protobuf.size()), site.protobuf);
}

/// Behind the name there is room for these.
[[nodiscard, gnu::always_inline]] inline char* put_kind_and_times(char* at, const record::header& span, std::int64_t start_unix_nano,
                                                            std::int64_t end_unix_nano) noexcept {
  at = encoding::put_varint_field(at, 6, span.kind);
  at = encoding::put_fixed64_field(at, 7, static_cast<std::uint64_t>(start_unix_nano));
  return encoding::put_fixed64_field(at, 8, static_cast<std::uint64_t>(end_unix_nano));
}

/// The last of the attributes: where it was opened.
[[nodiscard, gnu::always_inline]] inline char* put_place(byte_buffer& into, char* at, const record::registered& place) {
  return put_copy(into.room(at, place.location_protobuf.size()), place.location_protobuf);
}

[[nodiscard, gnu::always_inline]] inline char* close_span(byte_buffer& into, protobuf_writer& to, char* at, const record::header& span,
                                                          std::size_t whole) {
  at = encoding::put_fixed32_field(into.room(at, fixed_room), 16, flags_of(span));
  return to.close<2>(at, whole);
}

}  // namespace sonde::otlp
