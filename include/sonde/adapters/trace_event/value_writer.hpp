// SPDX-License-Identifier: MIT
#pragma once

// Attributes as plain JSON, as a viewer shows them: numbers stay numbers, arrays arrays, maps objects.

#include <cstdint>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/json_number.hpp>
#include <sonde/otlp/deepest_value.hpp>
#include <sonde/otlp/json_writer.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::trace_event {

/// Of values within each other deeper than OTLP allows, null is left.
struct value_writer {
  otlp::json_writer& to;
  int depth = 0;

  void put(const record::value_view& value) const {
    if (depth > otlp::deepest_value) return to.raw("null");
    record::visit(value, *this);
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
  void operator()(record::array_view array) const {
    const char* before = "[";
    for (record::entry_cursor each = array.elements(); each.next(); before = ",") {
      to.raw(before);
      value_writer{to, depth + 1}.put(each.value());
    }
    to.raw(*before == '[' ? "[]" : "]");
  }
  void operator()(record::map_view map) const {
    const char* before = "{";
    for (record::entry_cursor each = map.pairs(); each.next(); before = ",") {
      const std::string_view key = each.value().key();
      if (!each.next()) break;
      to.raw(before);
      to.text(key);
      to.raw(":");
      value_writer{to, depth + 1}.put(each.value());
    }
    to.raw(*before == '{' ? "{}" : "}");
  }
};

/// An object of them: `{"http.route":"/","http.response.status_code":200}`.
template <class List>
void put_attributes(otlp::json_writer& to, const List& attributes) {
  const char* before = "{\"";
  for (const record::attribute_view& each : attributes) {
    to.raw(before);
    before = ",\"";
    to.raw(each.key->json);
    to.raw("\":");
    value_writer{to}.put(each.value);
  }
  to.raw(*before == '{' ? "{}" : "}");
}

}  // namespace sonde::trace_event
