// SPDX-License-Identifier: MIT
#pragma once

// A batch of spans as an ExportTraceServiceRequest: fields in the order of their numbers, lengths minimal, names and keys
// copied as the compiler encoded them. Used by adapters/otlp.hpp. Source: opentelemetry-proto 1.11, trace.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>

#include <sonde/otlp/plain_span.hpp>
#include <sonde/otlp/protobuf_writer.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/span_fields.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::otlp {

class protobuf_encoder {
 public:
  explicit protobuf_encoder(const resource::resource& who) : resource_{encode(who)} {}

  /// Takes the short way where the record allows it; false, and nothing done, where it does not: then its view is needed.
  /// Nothing of such a span was cut. Throws std::bad_alloc; then the batch is as it was.
  [[nodiscard]] bool append_plain(record::record_view record, const record::record_reader& reader) {
    const std::size_t bytes = plain_span{record, reader}.append_to(spans_);
    size_ += bytes;
    return bytes != 0;
  }

  /// Throws std::bad_alloc; then the batch is as it was.
  void append(const record::span_view& span) {
    byte_buffer& into = spans_.of(span);
    const std::size_t before = into.size();
    put(into, span);
    size_ += into.size() - before;
  }

  /// Bytes of the request so far, to within a few for the envelope.
  [[nodiscard]] std::size_t size() const noexcept { return size_ == 0 ? 0 : size_ + resource_.size() + 32; }

  /// The whole request; the encoder is empty afterwards.
  [[nodiscard]] std::string take() {
    using encoding::bytes_field_size;
    const auto scope_size = [](const record::registered_scope& scope) {
      return (scope.name.empty() ? 0 : bytes_field_size(1, scope.name.size())) +
             (scope.version.empty() ? 0 : bytes_field_size(2, scope.version.size()));
    };
    std::size_t resource_spans = bytes_field_size(1, resource_.size());
    spans_.each([&](const scope_buffer& one) {
      resource_spans += bytes_field_size(2, bytes_field_size(1, scope_size(*one.scope)) + one.spans.size());
    });

    std::string request;
    request.reserve(bytes_field_size(1, resource_spans));
    put_header(request, 1, resource_spans);
    put_field(request, 1, resource_);
    spans_.each([&](const scope_buffer& one) {
      const record::registered_scope& scope = *one.scope;
      put_header(request, 2, bytes_field_size(1, scope_size(scope)) + one.spans.size());
      put_header(request, 1, scope_size(scope));
      if (!scope.name.empty()) put_field(request, 1, scope.name);
      if (!scope.version.empty()) put_field(request, 2, scope.version);
      request.append(one.spans.bytes());
    });
    spans_.clear();
    size_ = 0;
    return request;
  }

 private:
  static void put_header(std::string& to, std::uint32_t field, std::size_t size) {
    char bytes[2 * encoding::max_varint_size];
    to.append(bytes, encoding::put_bytes_header(bytes, field, size));
  }
  static void put_field(std::string& to, std::uint32_t field, std::string_view content) {
    put_header(to, field, content.size());
    to.append(content);
  }

  /// The content of a Resource.
  [[nodiscard]] static std::string encode(const resource::resource& who) {
    std::string whole;
    for (const resource::attribute& each : who.attributes()) {
      std::string value;
      if (const auto* text = std::get_if<std::string>(&each.value)) {
        put_field(value, 1, record::sanitised(*text));
      } else {
        const auto* number = std::get_if<std::int64_t>(&each.value);
        char bytes[2 * encoding::max_varint_size];
        value.append(bytes, number != nullptr
                                ? encoding::put_varint_field(bytes, 3, static_cast<std::uint64_t>(*number))
                                : encoding::put_varint_field(bytes, 2, std::get<bool>(each.value) ? 1 : 0));
      }
      put_field(whole, 1, record::protobuf_field(1, record::sanitised(each.key)) + record::protobuf_field(2, value));
    }
    return whole;
  }

  /// Field 2 of a ScopeSpans.
  static void put(byte_buffer& into, const record::span_view& span) {
    protobuf_writer to{into};
    char* at = into.cursor();
    const std::size_t whole = to.open<2>(at, bytes_tag(2));  // most spans are between 128 bytes and 16 KiB
    const std::size_t room = fixed_room + span.site->protobuf.size();
    at = put_ids(into.room(at, room), span.header);
    if (!span.tracestate.empty()) at = into.room(to.put_text(at, bytes_tag(3), span.tracestate), room);
    at = put_parent(at, span.header);
    at = span.renamed ? into.room(to.put_text(at, bytes_tag(5), span.name), fixed_room) : put_block(at, span.site->protobuf);
    at = put_kind_and_times(at, span.header, span.start_unix_nano, span.end_unix_nano);
    for (const record::attribute_view& each : span.attributes) at = to.put_attribute(at, bytes_tag(9), each);
    if (span.location != nullptr)
      at = put_copy(into.room(at, span.location->location_protobuf.size()), span.location->location_protobuf);
    at = put_count(into, at, 10, span.cut_attributes);
    for (const record::event_view& each : span.events) at = put(into, to, at, each);
    at = put_count(into, at, 12, span.cut_events);
    for (const record::link_view& each : span.links) at = put(into, to, at, each);
    at = put_count(into, at, 14, span.cut_links);
    if (span.status() != status::unset) {
      const std::size_t inside = to.open(at, bytes_tag(15));
      if (!span.status_message.empty()) at = to.put_text(at, bytes_tag(2), span.status_message);
      at = encoding::put_varint_field(into.room(at, fixed_room), 3, span.header.status);
      at = to.close(at, inside);
    }
    into.commit(to.close<2>(put_flags(into.room(at, fixed_room), span.header), whole));
  }

  static char* put(byte_buffer& into, protobuf_writer& to, char* at, const record::event_view& event) {
    const std::size_t whole = to.open(at, bytes_tag(11));
    at = into.room(at, fixed_room + event.name->protobuf.size());
    at = encoding::put_fixed64_field(at, 1, static_cast<std::uint64_t>(event.unix_nano));
    at = put_block(at, event.name->protobuf);
    for (const record::attribute_view& each : event.attributes) at = to.put_attribute(at, bytes_tag(3), each);
    return to.close(put_count(into, at, 4, event.cut_attributes), whole);
  }

  /// Whether the linked span is remote is not known, and so not said.
  static char* put(byte_buffer& into, protobuf_writer& to, char* at, const record::link_view& link) {
    const std::size_t whole = to.open(at, bytes_tag(13));
    at = into.room(at, fixed_room);
    at = encoding::put_bytes_field(at, 1, reinterpret_cast<const char*>(link.trace_id.bytes), 16);
    at = encoding::put_bytes_field(at, 2, reinterpret_cast<const char*>(link.span_id.bytes), 8);
    for (const record::attribute_view& each : link.attributes) at = to.put_attribute(at, bytes_tag(4), each);
    at = put_count(into, at, 5, link.cut_attributes);
    at = encoding::put_fixed32_field(into.room(at, fixed_room), 6, link.sampled ? 1 : 0);
    return to.close(at, whole);
  }

  /// A dropped_…_count, left out where nothing was.
  static char* put_count(byte_buffer& into, char* at, std::uint32_t field, std::uint32_t count) {
    if (count == 0) [[likely]]
      return at;
    return encoding::put_varint_field(into.room(at, fixed_room), field, count);
  }

  std::string resource_;
  scope_buffers spans_;
  std::size_t size_ = 0;  // of the encoded spans
};

}  // namespace sonde::otlp
