// SPDX-License-Identifier: MIT
#pragma once

// The short way from a record's bytes to a protobuf Span, in one pass and without a span_view: for plain spans, which nearly
// all are. Plain is a span with nothing but attributes, each under a key of its own, none cut, and no status. Every other
// goes through record_reader. Used by protobuf.hpp; both ways write the same bytes.

#include <cstddef>
#include <cstdint>
#include <span>

#include <sonde/otlp/protobuf_writer.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/span_fields.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::otlp {

/// Works from what the reader and the scopes have met before: a record that names anything new is not plain either.
class plain_span {
 public:
  plain_span(record::record_view record, const record::record_reader& reader) noexcept
      : record_{record}, reader_{reader}, known_{reader.descriptions()} {}

  /// How many bytes it appended; 0 where the span is not plain, and then nothing has changed.
  [[nodiscard]] std::size_t append_to(scope_buffers& scopes) const {
    const record::header header = record_.header();
    if (header.description >= known_.size() || header.location >= known_.size() || header.status != 0) return 0;
    const record::registered& site = *known_[header.description];
    const record::registered& place = header.location != 0 ? *known_[header.location] : site;
    byte_buffer* const into = scopes.known(site.scope);
    if (into == nullptr) return 0;

    protobuf_writer to{*into};
    char* at = into->cursor();
    const std::size_t before = into->size();
    const std::size_t whole = open_span(to, at);
    at = put_identity(*into, at, header);
    at = put_site_name(*into, at, site);
    const std::int64_t start = reader_.clock().unix_nano(header.start);
    at = put_kind_and_times(at, header, start, start + reader_.clock().nanoseconds(header.start, header.end));
    at = put_attributes(to, at);
    if (at == nullptr) return 0;
    at = put_place(*into, at, place);
    at = close_span(*into, to, at, header, whole);
    into->commit(at);
    return into->size() - before;
  }

 private:
  /// Null where one of the entries is no attribute, or none that can be sent as it is.
  [[nodiscard, gnu::always_inline]] char* put_attributes(protobuf_writer& to, char* at) const {
    const record::span_limits& limits = reader_.limits();
    std::uint64_t seen = 0;  // a bit for each key, which it may share with others
    std::uint32_t left = limits.attributes;
    for (record::entry_cursor entries = record_.entries(); entries.next();) {
      record::value_view value = entries.value();
      value.max_characters = limits.value_length;
      if (value.type > record::entry_type::map || entries.id() >= known_.size() || left-- == 0 ||
          value.size > limits.value_length) [[unlikely]]
        return nullptr;
      const record::registered* const key = known_[entries.id()];
      const std::uint64_t bit = std::uint64_t{1} << (key->key & 63);
      if ((seen & bit) != 0 && repeats(key->key, value.data)) [[unlikely]]
        return nullptr;
      seen |= bit;
      at = to.put_frequent_attribute(at, bytes_tag(9), {key, value});
    }
    return at;
  }

  /// Whether an entry that ends before `end` has this key already.
  [[nodiscard, gnu::noinline]] bool repeats(std::uint32_t key, const char* end) const noexcept {
    record::entry_cursor earlier = record_.entries();
    while (earlier.next() && earlier.value().data != end)
      if (known_[earlier.id()]->key == key) return true;
    return false;
  }

  record::record_view record_;
  const record::record_reader& reader_;
  std::span<const record::registered* const> known_;
};

}  // namespace sonde::otlp
