// SPDX-License-Identifier: MIT
#pragma once

// Writes fields of OTLP messages into a byte_buffer: texts made valid, attributes of every type, messages whose length is
// known only once they are written. Used by protobuf.hpp. Source: opentelemetry-proto 1.11, common.proto.

#include <cstddef>
#include <cstdint>
#include <cstring>
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

  /// A KeyValue as field `tag`, its key already encoded. One call per attribute: everything it does is inlined here.
  [[nodiscard, gnu::noinline]] char* put_attribute(char* at, char tag, const record::attribute_view& each) {
    const attribute_writer writer{*this, at, tag, each.key->protobuf};
    if (each.value.type == record::entry_type::text) return writer.put_padded(each.value.text());
    return record::visit(each.value, writer);
  }

 private:
  static constexpr char value_tag = bytes_tag(2);  // KeyValue.value
  static constexpr char text_tag = bytes_tag(1);   // AnyValue.string_value
  static constexpr char bool_tag = tag_of(2, encoding::wire_type::varint);
  static constexpr char int_tag = tag_of(3, encoding::wire_type::varint);
  static constexpr char double_tag = tag_of(4, encoding::wire_type::fixed64);
  static constexpr char array_tag = bytes_tag(5);
  static constexpr char map_tag = bytes_tag(6);
  static constexpr std::size_t scalar_room = 32;  // tags, lengths and value of an attribute, without its key

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

  struct attribute_writer {
    protobuf_writer& to;
    char* at;
    char tag;
    std::string_view key;

    [[gnu::always_inline]] char* operator()(bool value) const {
      char* next = put_key(4);
      const char bytes[] = {value_tag, 2, bool_tag, static_cast<char>(value)};
      std::memcpy(next, bytes, sizeof bytes);
      return next + sizeof bytes;
    }
    [[gnu::always_inline]] char* operator()(std::int64_t value) const {
      const auto bits = static_cast<std::uint64_t>(value);
      const std::size_t size = 1 + encoding::varint_size(bits);
      char* next = put_key(2 + size);
      const char bytes[] = {value_tag, static_cast<char>(size), int_tag};
      std::memcpy(next, bytes, sizeof bytes);
      return encoding::put_varint(next + sizeof bytes, bits);
    }
    [[gnu::always_inline]] char* operator()(double value) const {
      char* next = put_key(11);
      const char bytes[] = {value_tag, 9, double_tag};
      std::memcpy(next, bytes, sizeof bytes);
      return encoding::put_double(next + sizeof bytes, value);
    }
    [[gnu::noinline]] char* operator()(std::string_view text) const {
      const clean_text clean{text};
      return clean.put(put_text_header(clean.size));
    }
    /// A text of a record, whose payload is padded to eight bytes: copied and looked over in one pass.
    [[gnu::always_inline]] char* put_padded(std::string_view text) const {
      if (text.size() > 64) [[unlikely]]
        return (*this)(text);
      char* const next = put_text_header(text.size());
      std::uint64_t block = 0;
      std::uint64_t seen = 0;
      for (std::size_t done = 0; done < text.size(); done += sizeof block) {
        std::memcpy(&block, text.data() + done, sizeof block);
        std::memcpy(next + done, &block, sizeof block);
        const std::size_t left = text.size() - done;
        seen |= left >= sizeof block ? block : first_bytes(block, left);
      }
      if ((seen & 0x8080808080808080u) != 0) [[unlikely]]
        return (*this)(text);
      return next + text.size();
    }

    /// Tag, length and key of a KeyValue whose value, with its own tag and length, takes `value_size` bytes.
    [[nodiscard, gnu::always_inline]] char* put_key(std::size_t value_size) const {
      char* next = to.to_.room(at, key.size() + value_size + scalar_room);
      *next++ = tag;
      return put_copy(encoding::put_varint(next, key.size() + value_size), key);
    }
    /// Everything before a text of `size` bytes.
    [[nodiscard, gnu::always_inline]] char* put_text_header(std::size_t size) const {
      const std::size_t any = 1 + encoding::varint_size(size) + size;
      char* next = put_key(1 + encoding::varint_size(any) + any);
      *next++ = value_tag;
      next = encoding::put_varint(next, any);
      *next++ = text_tag;
      return encoding::put_varint(next, size);
    }
    /// The `count` bytes of `block` that come first in memory.
    [[nodiscard]] static std::uint64_t first_bytes(std::uint64_t block, std::size_t count) noexcept {
      const std::size_t unwanted = 8 * (sizeof block - count);
      if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) return block >> unwanted;
      return block << unwanted;
    }
    template <class Compound>
    [[gnu::noinline]] char* operator()(Compound compound) const {
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
