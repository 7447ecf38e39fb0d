// SPDX-License-Identifier: MIT
#pragma once

// The short way from a record's bytes to a protobuf Span, in one pass and without a span_view. For plain spans: no status,
// nothing but numbers, booleans and short ASCII texts in at most 512 bytes, none cut, each under a short key of its own;
// between 128 bytes and 16 KiB when encoded. Others go through record_reader. Used by protobuf.hpp; both ways write the
// same bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/short_attribute.hpp>
#include <sonde/otlp/span_fields.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::otlp {

/// Works from what the reader and the scopes have met before: a record that names anything new is not plain either.
class plain_span {
 public:
  plain_span(record::record_view record, const record::record_reader& reader, const added_attributes& added) noexcept
      : record_{record.data},
        size_{record.size()},
        reader_{reader},
        known_{reader.descriptions()},
        keys_{reader.keys()},
        added_{added} {}

  /// How many bytes it appended; 0 where the span is not plain, and then nothing has changed.
  [[nodiscard, gnu::always_inline]] std::size_t append_to(scope_buffers& scopes) const {
    const record::header header = record::record_view{record_}.header();
    const record::span_limits& limits = reader_.limits();
    const std::size_t entries = size_ - sizeof header;
    if (header.description >= known_.size() || header.location >= known_.size() || header.status != 0 ||
        entries > std::min<std::size_t>(most_entries, limits.attributes * sizeof(record::entry)))
      return 0;
    const record::registered& site = *known_[header.description];
    const record::registered& place = header.location != 0 ? *known_[header.location] : site;
    const bool is_placed = &place == &site || place.type == record::description_type::location;
    if (site.type != record::description_type::span || !is_placed) return 0;  // foreign bytes
    byte_buffer* const into = scopes.known(site.scope);
    if (into == nullptr) return 0;

    const std::string_view added = added_.bytes();
    char* const begin =
        into->room(into->cursor(), most_bytes + site.protobuf.size() + place.location_protobuf.size() + added.size());
    char* at = put_parent(put_ids(begin + 3, header), header);
    at = put_block(at, site.protobuf);
    const std::int64_t start = reader_.clock().unix_nano(header.start);
    at = put_kind_and_times(at, header, start, start + reader_.clock().nanoseconds(header.start, header.end));
    at = put_attributes(at, std::min<std::size_t>(longest_short_text, limits.value_length));
    if (at == nullptr) return 0;
    at = put_copy(at, place.location_protobuf);
    if (!added.empty()) [[unlikely]] {
      if (has_replaced_key()) return 0;
      at = put_copy(at, added);
    }
    at = put_flags(at, header);
    const auto size = static_cast<std::size_t>(at - begin) - 3;
    if (size < 128 || size >= 1 << 14) [[unlikely]]
      return 0;
    *begin = bytes_tag(2);
    static_cast<void>(encoding::put_padded_varint<2>(begin + 1, size));
    into->commit(at);
    return 3 + size;
  }

 private:
  static constexpr std::size_t most_entries = 512;  // bytes
  static constexpr std::size_t most_bytes = fixed_room + most_entries / sizeof(record::entry) * short_attribute_room;

  /// Null where one of the entries is no attribute, or none that can be sent as it is.
  [[nodiscard, gnu::always_inline]] char* put_attributes(char* at, std::size_t longest) const noexcept {
    using enum record::entry_type;
    constexpr auto word = [](record::entry_type type) { return record::entry::make_shape(type, 8); };
    constexpr char tag = bytes_tag(9);
    const auto known = keys_;
    std::uint64_t seen = 0;  // a bit for each key, which it may share with others
    std::uint64_t again = 0;
    const char* from = record_ + sizeof(record::header);
    const char* const end = record_ + size_;
    while (static_cast<std::size_t>(end - from) >= sizeof(record::entry) + 8) {
      record::entry head;
      std::uint64_t bits;
      std::memcpy(&head, from, sizeof head);
      if (head.description >= known.size()) return nullptr;
      const record::registered& described = *known[head.description];
      const record::padded_view key = described.protobuf;
      if (key.size > record::padded_view::padding) return nullptr;
      const std::uint64_t bit = std::uint64_t{1} << (described.key & 63);
      again |= seen & bit;
      seen |= bit;
      from += sizeof head;
      std::memcpy(&bits, from, sizeof bits);
      if (head.shape == word(integer)) {
        at = put_integer(at, tag, key, static_cast<std::int64_t>(bits));
        from += sizeof bits;
      } else if (head.shape == word(boolean)) {
        at = put_boolean(at, tag, key, bits != 0);
        from += sizeof bits;
      } else if (head.shape == word(real)) {
        at = put_double(at, tag, key, __builtin_bit_cast(double, bits));
        from += sizeof bits;
      } else {
        const std::size_t size = head.size();
        if (head.type() != text || size > longest || record::padded(size) > static_cast<std::size_t>(end - from))
          return nullptr;
        at = put_short_text(at, tag, key, from, size);
        if (at == nullptr) return nullptr;
        from += record::padded(size);
      }
    }
    return from == end && (again == 0 || !has_repeated_key()) ? at : nullptr;
  }

  [[nodiscard, gnu::noinline]] bool has_repeated_key() const noexcept {
    const record::record_view whole{record_};
    for (record::entry_cursor one = whole.entries(); one.next();)
      for (record::entry_cursor other = whole.entries(); other.next() && other.value().data != one.value().data;)
        if (keys_[one.id()]->key == keys_[other.id()]->key) return true;
    return false;
  }

  [[nodiscard, gnu::noinline]] bool has_replaced_key() const noexcept {
    for (record::entry_cursor each = record::record_view{record_}.entries(); each.next();)
      if (added_.replace(keys_[each.id()]->name)) return true;
    return false;
  }

  const char* record_;
  std::size_t size_;
  const record::record_reader& reader_;
  std::span<const record::registered* const> known_;
  std::span<const record::registered* const> keys_;
  const added_attributes& added_;
};

}  // namespace sonde::otlp
