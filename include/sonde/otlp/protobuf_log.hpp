// SPDX-License-Identifier: MIT
#pragma once

// A log as a protobuf LogRecord: fields in the order of their numbers. Used by protobuf.hpp. Source: opentelemetry-proto
// 1.11, logs.proto.

#include <cstddef>
#include <cstdint>

#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/protobuf_writer.hpp>
#include <sonde/otlp/severity.hpp>
#include <sonde/otlp/span_fields.hpp>
#include <sonde/otlp/span_flags.hpp>

namespace sonde::otlp {

/// Field 2 of a ScopeLogs. A log is observed where and when it is written.
inline void put_record(byte_buffer& into, const record::log_view& log, const added_attributes& given) {
  const added_attributes& added = added_to_log(log.header, given);
  const auto unix_nano = static_cast<std::uint64_t>(log.unix_nano);
  protobuf_writer to{into};
  char* at = into.cursor();
  const std::size_t whole = to.open<2>(at, bytes_tag(2));
  at = encoding::put_fixed64_field(into.room(at, fixed_room), 1, unix_nano);
  if (const severity rank = severity_of(log.severity()); rank.number != 0) {
    at = encoding::put_varint_field(at, 2, rank.number);
    at = encoding::put_bytes_field(at, 3, rank.text.data(), rank.text.size());
  }
  at = to.put_any_text(at, bytes_tag(5), log.body);
  at = to.put_attributes(at, bytes_tag(6), log.attributes, added);
  at = put_copy(into.room(at, added.bytes().size()), added.bytes());
  at = to.put_count(at, 7, log.cut_attributes);
  at = into.room(at, fixed_room);
  if (const std::uint32_t flags = w3c_flags(log.header); flags != 0) at = encoding::put_fixed32_field(at, 8, flags);
  if (log.header.trace_id.valid()) at = put_id(at, 9, log.header.trace_id.bytes);
  if (log.header.span_id.valid()) at = put_id(at, 10, log.header.span_id.bytes);
  at = encoding::put_fixed64_field(at, 11, unix_nano);
  into.commit(to.close<2>(at, whole));
}

}  // namespace sonde::otlp
