// SPDX-License-Identifier: MIT
#pragma once

// The fields of a protobuf Span that come from the record's header. Room for them is there. Used by plain_span.hpp and by
// protobuf.hpp. Source: opentelemetry-proto 1.11, trace.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sonde/encoding/protobuf.hpp>
#include <sonde/otlp/short_attribute.hpp>
#include <sonde/otlp/span_flags.hpp>
#include <sonde/record/layout.hpp>

namespace sonde::otlp {

/// More than all of these take, with the padding of the name.
inline constexpr std::size_t fixed_room = 128;

/// Fields below 16 whose size is known: without a call or a loop.
template <std::size_t Size>
[[nodiscard, gnu::always_inline]] inline char* put_id(char* at, std::uint32_t field, const unsigned char (&id)[Size]) noexcept {
  at[0] = bytes_tag(field);
  at[1] = Size;
  std::memcpy(at + 2, id, Size);
  return at + 2 + Size;
}

[[nodiscard, gnu::always_inline]] inline char* put_ids(char* at, const record::header& span) noexcept {
  return put_id(put_id(at, 1, span.trace_id.bytes), 2, span.span_id.bytes);
}
/// Behind the tracestate, where there is one.
[[nodiscard, gnu::always_inline]] inline char* put_parent(char* at, const record::header& span) noexcept {
  std::uint64_t parent;
  std::memcpy(&parent, span.parent_id.bytes, sizeof parent);
  return parent != 0 ? put_id(at, 4, span.parent_id.bytes) : at;
}
/// Behind the name.
[[nodiscard, gnu::always_inline]] inline char* put_kind_and_times(char* at, const record::header& span,
                                                                  std::int64_t start_unix_nano,
                                                                  std::int64_t end_unix_nano) noexcept {
  at = encoding::put_varint_field(at, 6, span.kind);
  at = encoding::put_fixed64_field(at, 7, static_cast<std::uint64_t>(start_unix_nano));
  return encoding::put_fixed64_field(at, 8, static_cast<std::uint64_t>(end_unix_nano));
}
/// The last field.
[[nodiscard, gnu::always_inline]] inline char* put_flags(char* at, const record::header& span) noexcept {
  return encoding::put_fixed32_field(at, 16, flags_of(span));
}

}  // namespace sonde::otlp
