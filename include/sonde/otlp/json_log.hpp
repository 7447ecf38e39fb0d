// SPDX-License-Identifier: MIT
#pragma once

// A log as an object of OTLP/JSON. Used by json.hpp. Source: OTLP specification 1.11, "JSON Protobuf Encoding";
// opentelemetry-proto, logs.proto.

#include <cstdint>

#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/json_writer.hpp>
#include <sonde/otlp/severity.hpp>
#include <sonde/otlp/span_flags.hpp>

namespace sonde::otlp {

/// A log is observed where and when it is written.
inline void put_record(json_writer& to, const record::log_view& log, const added_attributes& given) {
  const added_attributes& added = added_to_log(log.header, given);
  to.raw(R"({"timeUnixNano":)");
  to.quoted(log.unix_nano);
  to.raw(R"(,"observedTimeUnixNano":)");
  to.quoted(log.unix_nano);
  if (const severity rank = severity_of(log.severity()); rank.number != 0) {
    to.raw(R"(,"severityNumber":)");
    to.number(rank.number);
    to.raw(R"(,"severityText":)");
    to.text(rank.text);
  }
  to.raw(R"(,"body":)");
  to.text_value(log.body);
  to.raw(R"(,"attributes":)");
  to.attributes(log.attributes, nullptr, added);
  to.unless_zero(R"(,"droppedAttributesCount":)", log.cut_attributes);
  to.unless_zero(R"(,"flags":)", w3c_flags(log.header));
  if (log.header.trace_id.valid()) {
    to.raw(R"(,"traceId":)");
    to.hex(log.header.trace_id.bytes, sizeof log.header.trace_id.bytes);
  }
  if (log.header.span_id.valid()) {
    to.raw(R"(,"spanId":)");
    to.hex(log.header.span_id.bytes, sizeof log.header.span_id.bytes);
  }
  to.raw("}");
}

}  // namespace sonde::otlp
