// SPDX-License-Identifier: MIT
#pragma once

// A span as a protobuf Span, of whatever it consists: fields in the order of their numbers, names and keys copied as the
// compiler encoded them. Used by protobuf.hpp. Source: opentelemetry-proto 1.11, trace.proto.

#include <cstddef>
#include <cstdint>

#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/protobuf_writer.hpp>
#include <sonde/otlp/span_fields.hpp>

namespace sonde::otlp {

[[nodiscard]] inline char* put_event(byte_buffer& into, protobuf_writer& to, char* at, const record::event_view& event) {
  const std::size_t whole = to.open(at, bytes_tag(11));
  at = into.room(at, fixed_room + event.name->protobuf.size());
  at = encoding::put_fixed64_field(at, 1, static_cast<std::uint64_t>(event.unix_nano));
  at = put_block(at, event.name->protobuf);
  for (const record::attribute_view& each : event.attributes) at = to.put_attribute(at, bytes_tag(3), each);
  return to.close(to.put_count(at, 4, event.cut_attributes), whole);
}

/// Whether the linked span is remote is not known, and so not said.
[[nodiscard]] inline char* put_link(byte_buffer& into, protobuf_writer& to, char* at, const record::link_view& link) {
  const std::size_t whole = to.open(at, bytes_tag(13));
  at = into.room(at, fixed_room);
  at = encoding::put_bytes_field(at, 1, reinterpret_cast<const char*>(link.trace_id.bytes), 16);
  at = encoding::put_bytes_field(at, 2, reinterpret_cast<const char*>(link.span_id.bytes), 8);
  for (const record::attribute_view& each : link.attributes) at = to.put_attribute(at, bytes_tag(4), each);
  at = to.put_count(at, 5, link.cut_attributes);
  at = encoding::put_fixed32_field(into.room(at, fixed_room), 6, link.sampled ? 1 : 0);
  return to.close(at, whole);
}

/// Field 2 of a ScopeSpans.
inline void put_record(byte_buffer& into, const record::span_view& span, const added_attributes& added) {
  protobuf_writer to{into};
  char* at = into.cursor();
  const std::size_t whole = to.open<2>(at, bytes_tag(2));  // most spans are between 128 bytes and 16 KiB
  const std::size_t room = fixed_room + span.site->protobuf.size();
  at = put_ids(into.room(at, room), span.header);
  if (!span.tracestate.empty()) at = into.room(to.put_text(at, bytes_tag(3), span.tracestate), room);
  at = put_parent(at, span.header);
  at = span.renamed ? into.room(to.put_text(at, bytes_tag(5), span.name), fixed_room) : put_block(at, span.site->protobuf);
  at = put_kind_and_times(at, span.header, span.start_unix_nano, span.end_unix_nano);
  at = to.put_attributes(at, bytes_tag(9), span.attributes, added);
  if (span.location != nullptr)
    at = put_copy(into.room(at, span.location->location_protobuf.size()), span.location->location_protobuf);
  at = put_copy(into.room(at, added.bytes().size()), added.bytes());
  at = to.put_count(at, 10, span.cut_attributes);
  for (const record::event_view& each : span.events) at = put_event(into, to, at, each);
  at = to.put_count(at, 12, span.cut_events);
  for (const record::link_view& each : span.links) at = put_link(into, to, at, each);
  at = to.put_count(at, 14, span.cut_links);
  if (span.status() != status::unset) {
    const std::size_t inside = to.open(at, bytes_tag(15));
    if (!span.status_message.empty()) at = to.put_text(at, bytes_tag(2), span.status_message);
    at = encoding::put_varint_field(into.room(at, fixed_room), 3, span.header.status);
    at = to.close(at, inside);
  }
  into.commit(to.close<2>(put_flags(into.room(at, fixed_room), span.header), whole));
}

}  // namespace sonde::otlp
