// SPDX-License-Identifier: MIT
#pragma once

// Attributes as plain JSON, as people and viewers read them: numbers stay numbers, arrays arrays, maps objects. Used by
// adapters whose format has no typed values of its own (trace_event, cloudwatch).

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/json_number.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::record {

/// Takes JSON piece by piece: `raw` as it stands, `text` with quotes and escapes.
template <class W>
concept json_sink = requires(W& to, std::string_view piece) {
  to.raw(piece);
  to.text(piece);
};

/// Arrays and maps within each other; null is left of deeper ones. Source: OpenTelemetry specification, "Attribute Limits".
inline constexpr int deepest_json_value = 64;

template <json_sink Writer>
struct json_value {
  Writer& to;
  int depth = 0;

  void put(const value_view& value) const {
    if (depth > deepest_json_value) return to.raw("null");
    visit(value, *this);
  }

  void operator()(bool value) const { to.raw(value ? "true" : "false"); }
  void operator()(std::int64_t value) const {
    char digits[encoding::max_integer_size];
    to.raw({digits, static_cast<std::size_t>(encoding::put_integer(digits, value) - digits)});
  }
  /// Whole ones get a fraction, or viewers would take them for integers.
  void operator()(double value) const {
    char digits[encoding::max_number_size];
    const std::string_view text{digits, static_cast<std::size_t>(encoding::put_number(digits, value) - digits)};
    to.raw(text);
    if (text.find_first_not_of("-0123456789") == text.npos) to.raw(".0");
  }
  void operator()(std::string_view text) const { to.text(text); }
  void operator()(array_view array) const {
    const char* before = "[";
    for (entry_cursor each = array.elements(); each.next(); before = ",") {
      to.raw(before);
      json_value{to, depth + 1}.put(each.value());
    }
    to.raw(*before == '[' ? "[]" : "]");
  }
  void operator()(map_view map) const {
    const char* before = "{";
    for (entry_cursor each = map.pairs(); each.next(); before = ",") {
      const std::string_view key = each.value().key();
      if (!each.next()) break;
      to.raw(before);
      to.text(key);
      to.raw(":");
      json_value{to, depth + 1}.put(each.value());
    }
    to.raw(*before == '{' ? "{}" : "}");
  }
};
template <class Writer>
json_value(Writer&) -> json_value<Writer>;
template <class Writer>
json_value(Writer&, int) -> json_value<Writer>;

/// An object of them: `{"http.route":"/","http.response.status_code":200}`.
template <json_sink Writer, class List>
void put_json_attributes(Writer& to, const List& attributes) {
  const char* before = "{\"";
  for (const attribute_view& each : attributes) {
    to.raw(before);
    before = ",\"";
    to.raw(each.key->json);
    to.raw("\":");
    json_value{to}.put(each.value);
  }
  to.raw(*before == '{' ? "{}" : "}");
}

}  // namespace sonde::record
