// SPDX-License-Identifier: MIT
#pragma once

// A json_value as text, without blanks. What is no UTF-8 is replaced; doubles have the fewest digits that read back the
// same. Used by adapters/rollbar.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/json.hpp>
#include <sonde/encoding/json_number.hpp>
#include <sonde/encoding/json_value.hpp>

namespace sonde::encoding {

inline void put_json_text(std::string& to, std::string_view plain) {
  const meta::text text{plain.data(), plain.size()};
  const std::size_t before = to.size();
  to.resize(before + 2 + escaped_size(text), '"');
  put_escaped(to.data() + before + 1, text);
}

/// A whole one gets a fraction, or would be read as an integer. JSON has no word for what is not finite: null.
inline void put_json_number(std::string& to, double value) {
  if (value - value != 0) return static_cast<void>(to += "null");
  char digits[max_number_size];
  const std::string_view text{digits, static_cast<std::size_t>(put_number(digits, value) - digits)};
  to += text;
  if (text.find_first_not_of("-0123456789") == text.npos) to += ".0";
}

/// Throws std::bad_alloc.
inline void put_json(std::string& to, const json_value& value) {
  char digits[max_integer_size];
  switch (value.kind()) {
    case json_kind::null: to += "null"; return;
    case json_kind::boolean: to += *value.boolean() ? "true" : "false"; return;
    case json_kind::integer: to.append(digits, put_integer(digits, *value.integer())); return;
    case json_kind::unsigned_integer: to.append(digits, put_unsigned(digits, *value.unsigned_integer())); return;
    case json_kind::number: return put_json_number(to, *value.number());
    case json_kind::text: return put_json_text(to, *value.text());
    case json_kind::array: {
      char before = '[';
      for (const json_value& each : value.elements()) {
        to += before;
        before = ',';
        put_json(to, each);
      }
      to += before == '[' ? "[]" : "]";
      return;
    }
    case json_kind::object: {
      char before = '{';
      for (const auto& [name, held] : value.members()) {
        to += before;
        before = ',';
        put_json_text(to, name);
        to += ':';
        put_json(to, held);
      }
      to += before == '{' ? "{}" : "}";
      return;
    }
  }
}
[[nodiscard]] inline std::string json_text(const json_value& value) {
  std::string made;
  put_json(made, value);
  return made;
}

}  // namespace sonde::encoding
