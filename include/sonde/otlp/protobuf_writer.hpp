// SPDX-License-Identifier: MIT
#pragma once

// Writes fields of OTLP messages into a byte_buffer: texts made valid, attributes of every type, messages whose length is
// known only once they are written. Used by protobuf.hpp. Source: opentelemetry-proto 1.11, common.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <sonde/encoding/protobuf.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/otlp/deepest_value.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::otlp {

/// The tag of a length-delimited field below 16, which is one byte; and of the other kinds.
[[nodiscard]] constexpr char tag_of(std::uint32_t field, encoding::wire_type type) noexcept {
  return static_cast<char>(field << 3 | static_cast<std::uint32_t>(type));
}
[[nodiscard]] constexpr char bytes_tag(std::uint32_t field) noexcept { return tag_of(field, encoding::wire_type::bytes); }

/// Room for `bytes.size()` and their padding is there.
[[nodiscard, gnu::always_inline]] inline char* put_block(char* at, const record::padded_bytes& bytes) noexcept {
  std::memcpy(at, bytes.data(), record::padded_bytes::padding);
  if (bytes.size() > record::padded_bytes::padding) [[unlikely]]
    std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

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
    const std::size_t needed = encoding::varint_size(size);
    if (needed != Gap) [[unlikely]] {
      at = to_.room(at, needed);
      std::memmove(to_.at(content) + needed - Gap, to_.at(content), size);
    }
    encoding::put_varint(to_.at(content) - Gap, size);
    return to_.at(content) - Gap + needed + size;
  }

  /// A string field; ill-formed UTF-8 becomes U+FFFD, since one bad byte can cost the whole request.
  [[nodiscard]] char* put_text(char* at, char tag, std::string_view text) {
    const clean_text clean{text};
    at = to_.room(at, 1 + encoding::max_varint_size + clean.size);
    *at++ = tag;
    return clean.put(encoding::put_varint(at, clean.size));
  }

  /// A KeyValue as field `tag`, its key already encoded.
  [[nodiscard, gnu::noinline]] char* put_attribute(char* at, char tag, const record::attribute_view& each) {
    return put_frequent_attribute(at, tag, each);
  }
  /// The same where there are many: the common types are written in place, without a call.
  [[nodiscard, gnu::always_inline]] char* put_frequent_attribute(char* at, char tag, const record::attribute_view& each) {
    const record::padded_bytes& key = each.key->protobuf;
    const record::value_view& value = each.value;
    switch (value.type) {
      case record::entry_type::integer: return put_integer(at, tag, key, value.integer());
      case record::entry_type::boolean: return put_boolean(at, tag, key, value.boolean());
      case record::entry_type::text:
        if (value.size > short_text || value.size > value.max_characters) [[unlikely]]
          break;
        return put_short_text(at, tag, key, value);
      default: break;
    }
    return put_uncommon(at, tag, each);
  }

 private:
  using key_bytes = record::padded_bytes;

  static constexpr char value_tag = bytes_tag(2);  // KeyValue.value
  static constexpr char text_tag = bytes_tag(1);   // AnyValue.string_value
  static constexpr char bool_tag = tag_of(2, encoding::wire_type::varint);
  static constexpr char int_tag = tag_of(3, encoding::wire_type::varint);
  static constexpr char double_tag = tag_of(4, encoding::wire_type::fixed64);
  static constexpr char array_tag = bytes_tag(5);
  static constexpr char map_tag = bytes_tag(6);
  static constexpr std::size_t short_text = 120;  // with its tags and lengths still below 128
  static constexpr std::size_t scalar_room = 32 + key_bytes::padding;  // all of an attribute but its key and its text

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

  /// Tag, length and key of a KeyValue whose value, with its own tag and length, takes `value_size` bytes.
  [[nodiscard, gnu::always_inline]] char* put_key(char* at, char tag, const key_bytes& key, std::size_t value_size) {
    at = to_.room(at, key.size() + value_size + scalar_room);
    *at++ = tag;
    return put_block(encoding::put_varint(at, key.size() + value_size), key);
  }
  [[nodiscard, gnu::always_inline]] char* put_boolean(char* at, char tag, const key_bytes& key, bool value) {
    at = put_key(at, tag, key, 4);
    const char bytes[] = {value_tag, 2, bool_tag, static_cast<char>(value)};
    std::memcpy(at, bytes, sizeof bytes);
    return at + sizeof bytes;
  }
  [[nodiscard, gnu::always_inline]] char* put_integer(char* at, char tag, const key_bytes& key, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    const std::size_t size = 1 + encoding::varint_size(bits);
    at = put_key(at, tag, key, 2 + size);
    const char bytes[] = {value_tag, static_cast<char>(size), int_tag};
    std::memcpy(at, bytes, sizeof bytes);
    at += sizeof bytes;
    if (bits >= 1u << 28) return encoding::put_varint(at, bits);
    // Up to four groups at once: how many there are differs from span to span, and a guess gone wrong costs 20 cycles.
    const auto low = static_cast<std::uint32_t>(bits);
    const std::uint32_t groups = (low & 0x7Fu) | (low & 0x3F80u) << 1 | (low & 0x1F'C000u) << 2 | (low & 0xFE0'0000u) << 3;
    const std::uint32_t more = 0x80'8080u & ((1u << 8 * (size - 2)) - 1);
    static_cast<void>(encoding::put_fixed32(at, groups | more));
    return at + size - 1;
  }
  /// A record's text, whose payload is padded to eight bytes: copied and looked over in one pass. All lengths fit a byte.
  [[nodiscard, gnu::always_inline]] char* put_short_text(char* at, char tag, const key_bytes& key, const record::value_view& text) {
    const std::size_t size = text.size;
    at = put_key(at, tag, key, 4 + size);
    const char bytes[] = {value_tag, static_cast<char>(2 + size), text_tag, static_cast<char>(size)};
    std::memcpy(at, bytes, sizeof bytes);
    at += sizeof bytes;
    std::uint64_t seen = 0;
    std::uint64_t block = 0;
    std::size_t done = 0;
    for (; done + sizeof block <= size; done += sizeof block) {
      std::memcpy(&block, text.data + done, sizeof block);
      std::memcpy(at + done, &block, sizeof block);
      seen |= block;
    }
    if (done < size) {
      std::memcpy(&block, text.data + done, sizeof block);
      std::memcpy(at + done, &block, sizeof block);
      seen |= first_bytes(block, size - done);
    }
    if ((seen & 0x8080808080808080u) != 0) [[unlikely]]
      return put_text_value(at - (1 + encoding::varint_size(key.size() + 4 + size) + key.size() + 4), tag, key, text.text());
    return at + size;
  }
  /// The `count` bytes of `block` that come first in memory.
  [[nodiscard]] static std::uint64_t first_bytes(std::uint64_t block, std::size_t count) noexcept {
    const std::size_t unwanted = 8 * (sizeof block - count);
    if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) return block >> unwanted;
    return block << unwanted;
  }

  [[nodiscard, gnu::noinline]] char* put_text_value(char* at, char tag, const key_bytes& key, std::string_view text) {
    const clean_text clean{text};
    const std::size_t any = 1 + encoding::varint_size(clean.size) + clean.size;
    at = put_key(at, tag, key, 1 + encoding::varint_size(any) + any);
    *at++ = value_tag;
    at = encoding::put_varint(at, any);
    *at++ = text_tag;
    return clean.put(encoding::put_varint(at, clean.size));
  }
  [[nodiscard, gnu::noinline]] char* put_uncommon(char* at, char tag, const record::attribute_view& each) {
    return record::visit(each.value, attribute_writer{*this, at, tag, each.key->protobuf});
  }

  struct attribute_writer {
    protobuf_writer& to;
    char* at;
    char tag;
    const key_bytes& key;

    char* operator()(bool value) const { return to.put_boolean(at, tag, key, value); }
    char* operator()(std::int64_t value) const { return to.put_integer(at, tag, key, value); }
    char* operator()(double value) const {
      char* next = to.put_key(at, tag, key, 11);
      const char bytes[] = {value_tag, 9, double_tag};
      std::memcpy(next, bytes, sizeof bytes);
      return encoding::put_double(next + sizeof bytes, value);
    }
    char* operator()(std::string_view text) const { return to.put_text_value(at, tag, key, text); }
    template <class Compound>
    char* operator()(Compound compound) const {
      char* next = at;
      const std::size_t whole = to.open(next, tag);
      next = put_copy(to.to_.room(next, key.size()), key);
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
        next = to.put_text(next, bytes_tag(1), each.value().text());
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
