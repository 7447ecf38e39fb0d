// SPDX-License-Identifier: MIT
#pragma once

// Writes the JSON of documents behind those that are there already, and can take back what turns out too long. Used by
// everything here that writes a part of a document.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sonde/context/xray_trace_id.hpp>
#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/encoding/json.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/record/location.hpp>

namespace sonde::xray {

class document_text {
 public:
  explicit document_text(otlp::byte_buffer& to) noexcept : to_{to}, at_{to.cursor()} {}

  /// What was written stays; without it, nothing does.
  void commit() noexcept { to_.commit(at_); }
  /// How far the text has come; a mark to return to.
  [[nodiscard]] std::size_t mark() const noexcept { return to_.offset(at_); }
  void rewind(std::size_t mark) noexcept { at_ = to_.at(mark); }

  /// As it stands: punctuation, member names, what is escaped already.
  void raw(std::string_view piece) { at_ = otlp::put_copy(to_.room(at_, piece.size()), piece); }
  /// With quotes.
  void text(std::string_view plain) {
    raw("\"");
    escaped(plain);
    raw("\"");
  }
  /// At most `longest` characters of it; whether that is all.
  bool text(std::string_view plain, std::uint32_t longest) {
    const std::string_view kept = record::view(encoding::cut(record::text(plain), longest));
    text(kept);
    return kept.size() == plain.size();
  }
  void escaped(std::string_view plain) {
    const meta::text from = record::text(plain);
    at_ = to_.room(at_, plain.size() < 4096 ? encoding::max_escape * plain.size() : encoding::escaped_size(from));
    at_ = encoding::put_escaped(at_, from);
  }
  void number(std::int64_t value) { at_ = encoding::put_integer(to_.room(at_, encoding::max_integer_size), value); }
  /// Lowercase digits, with quotes.
  template <std::size_t Size>
  void id(const unsigned char (&bytes)[Size]) {
    at_ = to_.room(at_, 2 * Size + 2);
    *at_++ = '"';
    at_ = encoding::put_hex(at_, bytes, Size);
    *at_++ = '"';
  }
  /// With quotes.
  void trace_id(const sonde::trace_id& id) {
    at_ = to_.room(at_, context::xray_trace_id_size + 2);
    *at_++ = '"';
    at_ = context::put_xray_trace_id(at_, id);
    *at_++ = '"';
  }
  /// Seconds since 1970 with all nine digits behind the point, whatever the locale.
  void time(std::int64_t unix_nano) {
    const auto since_1970 = unix_nano < 0 ? 0 : static_cast<std::uint64_t>(unix_nano);
    at_ = encoding::put_unsigned(to_.room(at_, encoding::max_integer_size + 10), since_1970 / 1'000'000'000);
    *at_++ = '.';
    at_ = encoding::put_padded(at_, since_1970 % 1'000'000'000, 9);
  }

 private:
  otlp::byte_buffer& to_;
  char* at_;
};

/// Puts a comma before each but the first of some members.
class separator {
 public:
  explicit separator(document_text& to, std::string_view before_first) noexcept : to_{to}, before_{before_first} {}
  void next() {
    to_.raw(before_);
    before_ = ",";
    any_ = true;
  }
  [[nodiscard]] bool any() const noexcept { return any_; }

 private:
  document_text& to_;
  std::string_view before_;
  bool any_ = false;
};

}  // namespace sonde::xray
