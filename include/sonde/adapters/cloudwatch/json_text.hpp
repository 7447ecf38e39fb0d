// SPDX-License-Identifier: MIT
#pragma once

// Appends JSON to a text: messages in JSON form, and what is asked of CloudWatch Logs. Used by message_writer.hpp and api.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/encoding/json.hpp>
#include <sonde/record/location.hpp>

namespace sonde::cloudwatch {

class json_text {
 public:
  explicit json_text(std::string& to) noexcept : to_{to} {}

  /// As it stands: punctuation, member names.
  void raw(std::string_view piece) { to_ += piece; }
  /// With quotes.
  void text(std::string_view plain) {
    to_ += '"';
    escaped(plain);
    to_ += '"';
  }
  /// Without them.
  void escaped(std::string_view plain) {
    const std::size_t before = to_.size();
    to_.resize(before + encoding::escaped_size(record::text(plain)));
    encoding::put_escaped(to_.data() + before, record::text(plain));
  }
  void number(std::int64_t value) {
    char digits[encoding::max_integer_size];
    to_.append(digits, static_cast<std::size_t>(encoding::put_integer(digits, value) - digits));
  }
  /// Lowercase digits, without quotes.
  void hex(const unsigned char* bytes, std::size_t size) {
    const std::size_t before = to_.size();
    to_.resize(before + 2 * size);
    encoding::put_hex(to_.data() + before, bytes, size);
  }

 private:
  std::string& to_;
};

/// How much of `plain`, whole characters, has at most `room` bytes once escaped.
[[nodiscard]] inline std::size_t escaped_fit(std::string_view plain, std::size_t room) noexcept {
  std::size_t at = 0;
  while (at < plain.size()) {
    const encoding::json_escape next = encoding::escape_next({plain.data() + at, plain.size() - at});
    if (next.size > room) break;
    room -= next.size;
    at += next.consumed;
  }
  return at;
}

}  // namespace sonde::cloudwatch
