// SPDX-License-Identifier: MIT
#pragma once

// Writes values of OTLP/JSON into a byte_buffer: texts escaped, 64-bit integers as text, ids as hexadecimal digits. Used by
// json_span.hpp and json_log.hpp. Source: OTLP specification 1.11, "JSON Protobuf Encoding".

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/encoding/json.hpp>
#include <sonde/encoding/json_number.hpp>
#include <sonde/otlp/added_attributes.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/otlp/deepest_value.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::otlp {

class json_writer {
 public:
  explicit json_writer(byte_buffer& to) noexcept : to_{to}, at_{to.cursor()} {}

  /// What was written stays; without it, nothing does.
  void commit() noexcept { to_.commit(at_); }

  /// As it stands: punctuation, member names, what was escaped when the program was compiled.
  void raw(std::string_view text) { at_ = put_copy(to_.room(at_, text.size()), text); }
  /// With quotes.
  void text(std::string_view text) {
    const meta::text plain = record::text(text);
    const std::size_t most = text.size() < 4096 ? encoding::max_escape * text.size() : encoding::escaped_size(plain);
    at_ = to_.room(at_, most + 2);
    *at_++ = '"';
    at_ = encoding::put_escaped(at_, plain);
    *at_++ = '"';
  }
  void number(std::uint64_t value) { at_ = encoding::put_unsigned(to_.room(at_, encoding::max_integer_size), value); }
  /// 64-bit integers travel as text, since JavaScript would round them.
  void quoted(std::int64_t value) {
    at_ = to_.room(at_, encoding::max_integer_size + 2);
    *at_++ = '"';
    at_ = encoding::put_integer(at_, value);
    *at_++ = '"';
  }
  void hex(const unsigned char* bytes, std::size_t size) {
    at_ = to_.room(at_, 2 * size + 2);
    *at_++ = '"';
    at_ = encoding::put_hex(at_, bytes, size);
    *at_++ = '"';
  }

  void text_value(std::string_view value) {
    raw(R"({"stringValue":)");
    text(value);
    raw("}");
  }

  /// `[{"key":…,"value":{…}},…]` of an event or link.
  void attributes(const record::attribute_list& list) {
    raw("[");
    bool first = true;
    for (const record::attribute_view& each : list) attribute(first, each);
    raw("]");
  }
  /// The same of a span or log: its own, where it comes from (or null), those that every record gets.
  void attributes(const record::attribute_run& own, const record::registered* location, const added_attributes& added) {
    raw("[");
    bool first = true;
    for (const record::attribute_view& each : own)
      if (!added.replace(each.key->name)) attribute(first, each);
    if (location != nullptr) item(first, location->location_json);
    if (!added.empty()) item(first, added.bytes());
    raw("]");
  }
  /// A dropped…Count or flags, left out where there are none.
  void unless_zero(std::string_view member, std::uint32_t value) {
    if (value == 0) return;
    raw(member);
    number(value);
  }

 private:
  void attribute(bool& first, const record::attribute_view& each) {
    item(first, R"({"key":")");
    raw(each.key->json);
    raw(R"(","value":)");
    any(each.value, 0);
    raw("}");
  }
  void item(bool& first, std::string_view text) {
    if (!first) raw(",");
    first = false;
    raw(text);
  }
  void any(const record::value_view& value, int depth) {
    raw("{");
    if (depth <= deepest_value) record::visit(value, any_writer{*this, depth});
    raw("}");
  }

  struct any_writer {
    json_writer& to;
    int depth;

    void operator()(bool value) const { to.raw(value ? R"("boolValue":true)" : R"("boolValue":false)"); }
    void operator()(std::int64_t value) const {
      to.raw(R"("intValue":)");
      to.quoted(value);
    }
    void operator()(double value) const {
      to.raw(R"("doubleValue":)");
      to.at_ = encoding::put_number(to.to_.room(to.at_, encoding::max_number_size), value);
    }
    void operator()(std::string_view text) const {
      to.raw(R"("stringValue":)");
      to.text(text);
    }
    void operator()(record::array_view array) const {
      to.raw(R"("arrayValue":{"values":[)");
      bool first = true;
      for (record::entry_cursor each = array.elements(); each.next(); first = false) {
        if (!first) to.raw(",");
        to.any(each.value(), depth + 1);
      }
      to.raw("]}");
    }
    void operator()(record::map_view map) const {
      to.raw(R"("kvlistValue":{"values":[)");
      bool first = true;
      for (record::entry_cursor each = map.pairs(); each.next(); first = false) {
        to.raw(first ? R"({"key":)" : R"(,{"key":)");
        to.text(each.value().key());
        if (each.next()) {
          to.raw(R"(,"value":)");
          to.any(each.value(), depth + 1);
        }
        to.raw("}");
      }
      to.raw("]}");
    }
  };

  byte_buffer& to_;
  char* at_;
};

}  // namespace sonde::otlp
