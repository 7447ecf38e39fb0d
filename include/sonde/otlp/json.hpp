// SPDX-License-Identifier: MIT
#pragma once

// A batch of spans as one TracesData object of OTLP/JSON, on one line. Used by adapters/file.hpp; any OTLP backend that
// takes JSON would do. Source: OTLP specification 1.11, "JSON Protobuf Encoding"; opentelemetry-proto, trace.proto.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <sonde/otlp/json_writer.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/span_flags.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::otlp {

class json_encoder {
 public:
  explicit json_encoder(const resource::resource& who) : resource_{encode(who)} {}

  /// Throws std::bad_alloc; then the batch is as it was.
  void append(const record::span_view& span) {
    byte_buffer& into = spans_.of(span);
    const std::size_t before = into.size();
    json_writer to{into};
    if (before != 0) to.raw(",");
    put(to, span);
    to.commit();
    size_ += into.size() - before;
  }

  /// Bytes of the object so far, to within a few for the envelope.
  [[nodiscard]] std::size_t size() const noexcept { return size_ == 0 ? 0 : size_ + resource_.size() + 128; }

  /// The object, without a line end; the encoder is empty afterwards.
  [[nodiscard]] std::string take() {
    std::string object;
    object.reserve(size() + 128);
    object += R"({"resourceSpans":[{"resource":{"attributes":[)";
    object += resource_;
    object += R"(]},"scopeSpans":[)";
    bool first = true;
    spans_.each([&](const scope_buffer& one) {
      if (!first) object += ',';
      first = false;
      object += R"({"scope":{"name":")" + record::json_escaped(one.scope->name) + '"';
      if (!one.scope->version.empty()) object += R"(,"version":")" + record::json_escaped(one.scope->version) + '"';
      object += R"(},"spans":[)";
      object += one.spans.bytes();
      object += "]}";
    });
    object += "]}]}";
    spans_.clear();
    size_ = 0;
    return object;
  }

 private:
  [[nodiscard]] static std::string encode(const resource::resource& who) {
    std::string whole;
    for (const resource::attribute& each : who.attributes()) {
      if (!whole.empty()) whole += ',';
      whole += R"({"key":")" + record::json_escaped(each.key) + R"(","value":{)";
      if (const auto* text = std::get_if<std::string>(&each.value))
        whole += R"("stringValue":")" + record::json_escaped(*text) + '"';
      else if (const auto* number = std::get_if<std::int64_t>(&each.value))
        whole += R"("intValue":")" + std::to_string(*number) + '"';
      else
        whole += std::get<bool>(each.value) ? R"("boolValue":true)" : R"("boolValue":false)";
      whole += "}}";
    }
    return whole;
  }

  static void put(json_writer& to, const record::span_view& span) {
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
    to.raw(R"(,"attributes":[)");
    to.attributes(span.attributes);
    if (span.location != nullptr) {
      if (!span.attributes.empty()) to.raw(",");
      to.raw(span.location->location_json);
    }
    to.raw("]");
    put_count(to, R"(,"droppedAttributesCount":)", span.cut_attributes);
    put_list(to, R"(,"events":[)", span.events);
    put_count(to, R"(,"droppedEventsCount":)", span.cut_events);
    put_list(to, R"(,"links":[)", span.links);
    put_count(to, R"(,"droppedLinksCount":)", span.cut_links);
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

  static void put(json_writer& to, const record::event_view& event) {
    to.raw(R"({"timeUnixNano":)");
    to.quoted(event.unix_nano);
    to.raw(R"(,"name":")");
    to.raw(event.name->json);
    to.raw("\"");
    put_attributes(to, event.attributes);
    put_count(to, R"(,"droppedAttributesCount":)", event.cut_attributes);
    to.raw("}");
  }

  /// Whether the linked span is remote is not known, and so not said.
  static void put(json_writer& to, const record::link_view& link) {
    to.raw(R"({"traceId":)");
    to.hex(link.trace_id.bytes, sizeof link.trace_id.bytes);
    to.raw(R"(,"spanId":)");
    to.hex(link.span_id.bytes, sizeof link.span_id.bytes);
    put_attributes(to, link.attributes);
    put_count(to, R"(,"droppedAttributesCount":)", link.cut_attributes);
    to.raw(R"(,"flags":)");
    to.number(link.sampled ? 1 : 0);
    to.raw("}");
  }

  static void put_attributes(json_writer& to, const record::attribute_list& list) {
    if (list.empty()) return;
    to.raw(R"(,"attributes":[)");
    to.attributes(list);
    to.raw("]");
  }
  template <class List>
  static void put_list(json_writer& to, std::string_view opening, const List& list) {
    if (list.empty()) return;
    to.raw(opening);
    bool first = true;
    for (const auto& each : list) {
      if (!first) to.raw(",");
      first = false;
      put(to, each);
    }
    to.raw("]");
  }
  /// A dropped…Count, left out where nothing was.
  static void put_count(json_writer& to, std::string_view member, std::uint32_t count) {
    if (count == 0) return;
    to.raw(member);
    to.number(count);
  }

  std::string resource_;  // its attributes
  scope_buffers spans_;
  std::size_t size_ = 0;  // of the encoded spans
};

}  // namespace sonde::otlp
