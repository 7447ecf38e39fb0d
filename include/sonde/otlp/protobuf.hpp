// SPDX-License-Identifier: MIT
#pragma once

// Batches of spans or logs, and the Export…ServiceRequests made of them, in protobuf; lengths are minimal. Used by
// adapters/otlp.hpp. Source: opentelemetry-proto 1.11: both requests have the same field numbers.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sonde/otlp/batch.hpp>
#include <sonde/otlp/plain_span.hpp>
#include <sonde/otlp/protobuf_log.hpp>
#include <sonde/otlp/protobuf_span.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/signal.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::otlp {

class protobuf_encoder {
 public:
  /// `added` goes with every record of a sampled trace.
  explicit protobuf_encoder(const resource::resource& who, signal what = signal::traces,
                            const std::vector<resource::attribute>& added = {})
      : resource_{encode(who.attributes(), 1)}, added_{added, encode(added, what == signal::traces ? 9 : 6)} {}

  /// Takes the short way where the record allows it; false, and nothing done, where it does not: then its view is needed.
  /// Nothing of such a span was cut. Throws std::bad_alloc; then the batch is as it was.
  [[nodiscard]] bool append_plain(record::record_view record, const record::record_reader& reader) {
    const std::size_t bytes = plain_span{record, reader, added_}.append_to(records_);
    if (bytes == 0) return false;
    size_ += bytes;
    ++count_;
    return true;
  }

  /// Throws std::bad_alloc; then the batch is as it was.
  void append(const record::span_view& span) { put(records_.of(span.site->scope, *span.scope), span); }
  void append(const record::log_view& log) { put(records_.of(0, no_scope), log); }

  /// Bytes of the request so far, or a few more.
  [[nodiscard]] std::size_t size() const noexcept {
    return count_ == 0 ? 0 : size_ + request_envelope() + records_.envelope();
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// The encoder is empty afterwards. Throws std::bad_alloc; then it is as it was.
  [[nodiscard]] batch take() {
    batch taken{batch::framing::length, request_envelope(), count_, records_.take()};
    size_ = count_ = 0;
    return taken;
  }

  /// The whole request for a batch of this encoder, or for what was split off one.
  [[nodiscard]] std::string request(const batch& from) const {
    using encoding::bytes_field_size;
    const auto content_size = [&](const batch::part& one) {
      return bytes_field_size(1, records_.encoded(one.scope).size()) + one.records.size();
    };
    std::size_t size = bytes_field_size(1, resource_.size());
    for (const batch::part& one : from.parts()) size += bytes_field_size(2, content_size(one));

    std::string whole;
    whole.reserve(bytes_field_size(1, size));
    put_header(whole, 1, size);
    put_field(whole, 1, resource_);
    for (const batch::part& one : from.parts()) {
      put_header(whole, 2, content_size(one));
      put_field(whole, 1, records_.encoded(one.scope));
      whole += one.records.bytes();
    }
    return whole;
  }

 private:
  static constexpr std::size_t header_size = 1 + 5;  // of a field of up to 32 GiB, at most
  inline static const record::registered_scope no_scope{};  // of logs: none is known

  [[nodiscard]] std::size_t request_envelope() const noexcept { return 2 * header_size + resource_.size(); }

  template <class Record>
  void put(byte_buffer& into, const Record& each) {
    const std::size_t before = into.size();
    put_record(into, each, added_);
    size_ += into.size() - before;
    ++count_;
  }

  static void put_header(std::string& to, std::uint32_t field, std::size_t size) {
    char bytes[2 * encoding::max_varint_size];
    to.append(bytes, encoding::put_bytes_header(bytes, field, size));
  }
  static void put_field(std::string& to, std::uint32_t field, std::string_view content) {
    put_header(to, field, content.size());
    to.append(content);
  }

  /// The content of an InstrumentationScope.
  [[nodiscard]] static std::string encode_scope(const record::registered_scope& scope) {
    std::string whole;
    if (!scope.name.empty()) put_field(whole, 1, scope.name);
    if (!scope.version.empty()) put_field(whole, 2, scope.version);
    return whole;
  }
  /// KeyValues, each as a field of that number.
  [[nodiscard]] static std::string encode(const std::vector<resource::attribute>& attributes, std::uint32_t field) {
    std::string whole;
    for (const resource::attribute& each : attributes) {
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
      put_field(whole, field, record::protobuf_field(1, record::sanitised(each.key)) + record::protobuf_field(2, value));
    }
    return whole;
  }

  std::string resource_;  // the content of a Resource
  added_attributes added_;
  scope_buffers records_{encode_scope, 2 * header_size};
  std::size_t size_ = 0;  // of the encoded records
  std::size_t count_ = 0;
};

}  // namespace sonde::otlp
