// SPDX-License-Identifier: MIT
#pragma once

// A span as an object of OTLP/JSON. Used by json.hpp. Source: OTLP specification 1.11, "JSON Protobuf Encoding";
// opentelemetry-proto, trace.proto.

#include <string_view>

#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/json_writer.hpp>
#include <sonde/otlp/span_flags.hpp>

namespace sonde::otlp {

inline void put_part_attributes(json_writer& to, const record::attribute_list& list) {
  if (list.empty()) return;
  to.raw(R"(,"attributes":)");
  to.attributes(list);
}

inline void put_part(json_writer& to, const record::event_view& event) {
  to.raw(R"({"timeUnixNano":)");
  to.quoted(event.unix_nano);
  to.raw(R"(,"name":")");
  to.raw(event.name->json);
  to.raw("\"");
  put_part_attributes(to, event.attributes);
  to.unless_zero(R"(,"droppedAttributesCount":)", event.cut_attributes);
  to.raw("}");
}

/// Whether the linked span is remote is not known, and so not said.
inline void put_part(json_writer& to, const record::link_view& link) {
  to.raw(R"({"traceId":)");
  to.hex(link.trace_id.bytes, sizeof link.trace_id.bytes);
  to.raw(R"(,"spanId":)");
  to.hex(link.span_id.bytes, sizeof link.span_id.bytes);
  put_part_attributes(to, link.attributes);
  to.unless_zero(R"(,"droppedAttributesCount":)", link.cut_attributes);
  to.raw(R"(,"flags":)");
  to.number(link.sampled ? 1 : 0);
  to.raw("}");
}

template <class List>
void put_parts(json_writer& to, std::string_view opening, const List& list) {
  if (list.empty()) return;
  to.raw(opening);
  bool first = true;
  for (const auto& each : list) {
    if (!first) to.raw(",");
    first = false;
    put_part(to, each);
  }
  to.raw("]");
}

inline void put_record(json_writer& to, const record::span_view& span, const added_attributes& added) {
  to.raw(R"({"traceId":)");
  to.hex(span.header.trace_id.bytes, sizeof span.header.trace_id.bytes);
  to.raw(R"(,"spanId":)");
  to.hex(span.header.span_id.bytes, sizeof span.header.span_id.bytes);
  if (span.header.parent_id.valid()) {
    to.raw(R"(,"parentSpanId":)");
    to.hex(span.header.parent_id.bytes, sizeof span.header.parent_id.bytes);
  }
  if (!span.tracestate.empty()) {
    to.raw(R"(,"traceState":)");
    to.text(span.tracestate);
  }
  to.raw(R"(,"name":)");
  if (span.renamed) {
    to.text(span.name);
  } else {
    to.raw("\"");
    to.raw(span.site->json);
    to.raw("\"");
  }
  to.raw(R"(,"kind":)");
  to.number(span.header.kind);
  to.raw(R"(,"startTimeUnixNano":)");
  to.quoted(span.start_unix_nano);
  to.raw(R"(,"endTimeUnixNano":)");
  to.quoted(span.end_unix_nano);
  to.raw(R"(,"attributes":)");
  to.attributes(span.attributes, span.location, added);
  to.unless_zero(R"(,"droppedAttributesCount":)", span.cut_attributes);
  put_parts(to, R"(,"events":[)", span.events);
  to.unless_zero(R"(,"droppedEventsCount":)", span.cut_events);
  put_parts(to, R"(,"links":[)", span.links);
  to.unless_zero(R"(,"droppedLinksCount":)", span.cut_links);
  if (span.status() != status::unset) {
    to.raw(R"(,"status":{"code":)");
    to.number(span.header.status);
    if (!span.status_message.empty()) {
      to.raw(R"(,"message":)");
      to.text(span.status_message);
    }
    to.raw("}");
  }
  to.raw(R"(,"flags":)");
  to.number(flags_of(span.header));
  to.raw("}");
}

}  // namespace sonde::otlp
