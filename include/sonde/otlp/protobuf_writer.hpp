// SPDX-License-Identifier: MIT
#pragma once

// Writes fields of OTLP messages into a byte_buffer: texts made valid, attributes of every type, messages whose length is
// known only once they are written. Used by protobuf_span.hpp and protobuf_log.hpp. Source: opentelemetry-proto 1.11, common.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <sonde/encoding/protobuf.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/otlp/deepest_value.hpp>
#include <sonde/otlp/short_attribute.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::otlp {

/// Every function takes the cursor and returns where it stopped.
class protobuf_writer {
 public:
  explicit protobuf_writer(byte_buffer& to) noexcept : to_{to} {}

  /// A message or text of yet unknown length; `Gap` bytes are left for the length. Returns the offset of the content.
  template <std::size_t Gap = 1>
  [[nodiscard]] std::size_t open(char*& at, char tag) {
    at = to_.room(at, 1 + Gap);
    *at = tag;
    at += 1 + Gap;
    return to_.offset(at);
  }
  /// Writes the length; moves the content where it takes more or fewer bytes than were left for it.
  template <std::size_t Gap = 1>
  [[nodiscard]] char* close(char* at, std::size_t content) {
    const std::size_t size = to_.offset(at) - content;
    constexpr std::size_t least = Gap == 1 ? 0 : std::size_t{1} << 7 * (Gap - 1);
    constexpr std::size_t most = (std::size_t{1} << 7 * Gap) - 1;
    if (size < least || size > most) [[unlikely]]
      return close_elsewhere(at, content, Gap);
    encoding::put_padded_varint<Gap>(to_.at(content) - Gap, size);
    return at;
  }

  /// A string field; ill-formed UTF-8 becomes U+FFFD, since one bad byte can cost the whole request.
  [[nodiscard]] char* put_text(char* at, char tag, std::string_view text) {
    const clean_text clean{text};
    at = to_.room(at, 1 + encoding::max_varint_size + clean.size);
    *at++ = tag;
    return clean.put(encoding::put_varint(at, clean.size));
  }

  /// An AnyValue that holds a text.
  [[nodiscard]] char* put_any_text(char* at, char tag, std::string_view text) {
    const clean_text clean{text};
    at = to_.room(at, clean.size + short_attribute_room);
    return put_any_text(at, tag, clean);
  }

  /// A KeyValue as field `tag`, its key already encoded.
  [[nodiscard, gnu::noinline]] char* put_attribute(char* at, char tag, const record::attribute_view& each) {
    const record::padded_view key = each.key->protobuf;
    const record::value_view& value = each.value;
    at = to_.room(at, key.size + short_attribute_room);
    switch (value.type) {
      case record::entry_type::integer: return put_integer(at, tag, key, value.integer());
      case record::entry_type::boolean: return put_boolean(at, tag, key, value.boolean());
      case record::entry_type::text:
        if (value.size <= longest_short_text && value.size <= value.max_characters) [[likely]]
          if (char* const end = put_short_text(at, tag, key, value.data, value.size)) return end;
        break;
      default: break;
    }
    return record::visit(value, attribute_writer{*this, at, tag, key});
  }
  /// All of a record but those that `added` replaces.
  [[nodiscard]] char* put_attributes(char* at, char tag, const record::attribute_run& list, const added_attributes& added) {
    for (const record::attribute_view& each : list)
      if (added.empty() || !added.replace(each.key->name)) [[likely]]
        at = put_attribute(at, tag, each);
    return at;
  }
  /// A dropped_…_count, left out where nothing was.
  [[nodiscard]] char* put_count(char* at, std::uint32_t field, std::uint32_t count) {
    if (count == 0) [[likely]]
      return at;
    return encoding::put_varint_field(to_.room(at, scalar_room), field, count);
  }

 private:
  static constexpr char array_tag = bytes_tag(5);
  static constexpr char map_tag = bytes_tag(6);
  static constexpr std::size_t scalar_room = 32;  // an AnyValue with its tag and length

  /// A text and its size once it is well-formed.
  struct clean_text {
    meta::text raw;
    bool valid;
    std::size_t size;

    explicit clean_text(std::string_view text) noexcept
        : raw{record::text(text)},
          valid{encoding::valid_utf8(raw)},
          size{valid ? raw.size : encoding::sanitised_size(raw)} {}
    [[nodiscard]] char* put(char* at) const noexcept {
      return valid ? put_copy(at, raw.data, raw.size) : encoding::put_sanitised(at, raw);
    }
  };

  [[nodiscard, gnu::noinline]] char* close_elsewhere(char* at, std::size_t content, std::size_t gap) {
    const std::size_t size = to_.offset(at) - content;
    const std::size_t needed = encoding::varint_size(size);
    static_cast<void>(to_.room(at, needed));
    std::memmove(to_.at(content) + needed - gap, to_.at(content), size);
    encoding::put_varint(to_.at(content) - gap, size);
    return to_.at(content) - gap + needed + size;
  }

  [[nodiscard]] char* put_text_value(char* at, char tag, record::padded_view key, std::string_view text) {
    const clean_text clean{text};
    const std::size_t any = any_text_size(clean);
    at = to_.room(at, key.size + clean.size + short_attribute_room);
    at = put_key(at, tag, key, 1 + encoding::varint_size(any) + any);
    return put_any_text(at, value_tag, clean);
  }
  [[nodiscard]] static std::size_t any_text_size(const clean_text& clean) noexcept {
    return 1 + encoding::varint_size(clean.size) + clean.size;
  }
  /// Into room that is there.
  [[nodiscard]] static char* put_any_text(char* at, char tag, const clean_text& clean) noexcept {
    *at++ = tag;
    at = encoding::put_varint(at, any_text_size(clean));
    *at++ = text_tag;
    return clean.put(encoding::put_varint(at, clean.size));
  }

  struct attribute_writer {
    protobuf_writer& to;
    char* at;
    char tag;
    record::padded_view key;

    char* operator()(bool value) const { return put_boolean(at, tag, key, value); }
    char* operator()(std::int64_t value) const { return put_integer(at, tag, key, value); }
    char* operator()(double value) const { return put_double(at, tag, key, value); }
    char* operator()(std::string_view text) const { return to.put_text_value(at, tag, key, text); }
    template <class Compound>
    char* operator()(Compound compound) const {
      char* next = at;
      const std::size_t whole = to.open(next, tag);
      next = put_block(to.to_.room(next, key.size + short_attribute_room), key);
      const std::size_t value = to.open(next, value_tag);
      next = any_writer{to, next, 0}(compound);
      return to.close(to.close(next, value), whole);
    }
  };

  /// The member of an AnyValue, which its caller opens and closes.
  struct any_writer {
    protobuf_writer& to;
    char* at;
    int depth;

    char* operator()(bool value) const {
      char* next = to.to_.room(at, scalar_room);
      *next++ = bool_tag;
      *next++ = value ? 1 : 0;
      return next;
    }
    char* operator()(std::int64_t value) const {
      char* next = to.to_.room(at, scalar_room);
      *next++ = int_tag;
      return encoding::put_varint(next, static_cast<std::uint64_t>(value));
    }
    char* operator()(double value) const {
      char* next = to.to_.room(at, scalar_room);
      *next++ = double_tag;
      return encoding::put_double(next, value);
    }
    char* operator()(std::string_view text) const { return to.put_text(at, text_tag, text); }
    char* operator()(record::array_view array) const {
      char* next = at;
      const std::size_t whole = to.open(next, array_tag);
      for (record::entry_cursor each = array.elements(); each.next();) next = put_value(next, bytes_tag(1), each.value());
      return to.close(next, whole);
    }
    char* operator()(record::map_view map) const {
      char* next = at;
      const std::size_t whole = to.open(next, map_tag);
      for (record::entry_cursor each = map.pairs(); each.next();) {
        const std::size_t pair = to.open(next, bytes_tag(1));
        next = to.put_text(next, bytes_tag(1), each.value().key());
        if (each.next()) next = put_value(next, value_tag, each.value());
        next = to.close(next, pair);
      }
      return to.close(next, whole);
    }
    char* put_value(char* next, char tag, const record::value_view& value) const {
      const std::size_t whole = to.open(next, tag);
      if (depth < deepest_value) next = record::visit(value, any_writer{to, next, depth + 1});
      return to.close(next, whole);
    }
  };

  byte_buffer& to_;
};

}  // namespace sonde::otlp
