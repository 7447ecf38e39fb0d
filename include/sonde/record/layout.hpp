// SPDX-License-Identifier: MIT
#pragma once

// The bytes of a finished span or log: a fixed header, then entries. Position-independent: whatever is known at compile
// time is named by the id under which the registry keeps its description, never by a pointer.

#include <cstddef>
#include <cstdint>

#include <sonde/context/kind.hpp>
#include <sonde/context/span_id.hpp>
#include <sonde/context/trace_id.hpp>

namespace sonde::record {

/// An amendment describes the exception that left spans unwound beneath the span it names; the collector merges it.
/// An opening tells that a span without a parent here has begun, for exporters that want to know; it counts nowhere.
/// A borrowed frame never leaves its thread: it makes a span of elsewhere current (record/frame.hpp). Nor does a boundary, above
/// which there is no span yet though there may be some beneath.
enum class record_type : std::uint8_t { span = 1, log = 2, amendment = 3, opening = 4, borrowed = 5, boundary = 6, writing = 7 };

/// Bits of `header::flags`.
enum flag : std::uint8_t {
  sampled = 0x01,        // W3C
  remote_parent = 0x02,  // the parent lives in another process
  local_root = 0x04,     // no parent in this process
  unwound = 0x08,        // a span left by an exception
  occurrence = 0x10,     // a log made by report_exception or report_message
  detached = 0x20,       // a span tied to no scope: it may cross others of the thread that ended it
  random_id = 0x40,      // W3C "random": the rightmost 7 bytes of the trace id are random
  described = 0x80,      // an unwound span that has the event of what left it: nothing is to be guessed
};

/// The first 64 bytes of every record. Not initialised by construction: guards fill it field by field.
struct header {
  std::uint32_t size;         // of the whole record in bytes, a multiple of 8
  std::uint32_t description;  // registry id of the site; of a log: 0 where its text is here as `body`
  std::uint64_t start;        // ticks; for a log: when
  std::uint64_t end;          // ticks
  sonde::span_id span_id;     // for a log: the span it was written in
  sonde::span_id parent_id;
  sonde::trace_id trace_id;
  std::uint32_t location;  // registry id of file, line, function; 0 where unknown
  record_type type;
  std::uint8_t flags;
  std::uint8_t kind;    // sonde::kind; for a log: sonde::level
  std::uint8_t status;  // sonde::status
};
static_assert(sizeof(header) == 64 && alignof(header) == 8);

/// The first and the last word of a header, for writing each in one piece (record/publish.hpp says why).
[[nodiscard]] constexpr std::uint64_t make_word(std::uint32_t first, std::uint32_t second) noexcept {
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? first | static_cast<std::uint64_t>(second) << 32
                                                   : static_cast<std::uint64_t>(first) << 32 | second;
}
[[nodiscard]] constexpr std::uint32_t first_half(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : word >> 32);
}
[[nodiscard]] constexpr std::uint32_t second_half(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word >> 32 : word);
}
[[nodiscard]] constexpr std::uint64_t head_word(std::uint32_t description) noexcept {
  return make_word(sizeof(header), description);
}
[[nodiscard]] constexpr std::uint64_t tail_word(std::uint32_t location, record_type type, std::uint8_t flags,
                                                std::uint8_t kind) noexcept {
  const std::uint32_t in_order[] = {static_cast<std::uint32_t>(type), flags, kind, 0};  // as the header's last four bytes
  std::uint32_t bytes = 0;
  for (unsigned i = 0; i < 4; ++i) bytes |= in_order[i] << 8 * (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : 3 - i);
  return make_word(location, bytes);
}
/// Of a sampled, internal span of unset status whose place is unknown.
inline constexpr std::uint64_t plain_tail = tail_word(0, record_type::span, sampled, static_cast<std::uint8_t>(kind::internal));

/// The flags that a span has from its parent, in the last word of a header.
inline constexpr std::uint64_t inherited_flags = tail_word(0, record_type{}, random_id, 0);

/// What an entry's payload is.
enum class entry_type : std::uint8_t {
  // attribute values
  boolean = 1,       // 8 bytes
  integer,           // int64
  unsigned_integer,  // uint64
  real,              // double
  text,              // bytes, UTF-8 by intention
  time,              // int64 nanoseconds since 1970
  duration,          // int64 nanoseconds
  array,             // entries without descriptions
  map,               // pairs of entries: a text, then its value
  // parts of a span or log
  name,            // text that replaces the site's name
  status_message,  // text
  body,            // a log's text
  event,           // 8 bytes ticks, then attribute entries; described by the event's name
  link,            // 16 bytes trace id, 8 bytes span id, 8 bytes flags, then attribute entries
  cut,             // uint64: attributes, events and links that did not fit or threw
  tracestate,      // text: what the trace came with from another process
  argument,        // of a log's format, in its order; an argument_kind in place of a description
  active_span,     // of an occurrence, innermost first: 8 bytes span id, 8 bytes location id, then its name where that is not
                   // the site's, and some of its attributes; described by its site
  stack,           // return addresses of 8 bytes, innermost first: a text, once they are looked up (record/stack_text.hpp)
};

/// Precedes each payload; payloads are padded to 8 bytes.
struct entry {
  std::uint32_t description;  // registry id of the key or event name; meaningless inside arrays and for parts
  std::uint32_t shape;        // entry_type in the low byte, payload size in bytes above

  [[nodiscard]] constexpr entry_type type() const noexcept { return static_cast<entry_type>(shape & 0xff); }
  [[nodiscard]] constexpr std::uint32_t size() const noexcept { return shape >> 8; }
  [[nodiscard]] static constexpr std::uint64_t make(std::uint32_t description, entry_type type, std::size_t size) noexcept {
    return make_word(description, make_shape(type, size));
  }
  [[nodiscard]] static constexpr std::uint32_t make_shape(entry_type type, std::size_t size) noexcept {
    return static_cast<std::uint32_t>(type) | static_cast<std::uint32_t>(size) << 8;
  }
};
static_assert(sizeof(entry) == 8);

/// 24 bits of entry size, less room for what surrounds it.
inline constexpr std::size_t max_payload = (std::size_t{1} << 24) - 4096;

[[nodiscard]] constexpr std::size_t padded(std::size_t size) noexcept { return (size + 7) & ~std::size_t{7}; }

}  // namespace sonde::record
