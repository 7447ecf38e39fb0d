// SPDX-License-Identifier: MIT
#pragma once

// The one constant description each span type owns: its name, scope and, in macro form, place in the source, with their
// OTLP and JSON bytes encoded when the program is compiled.

#include <sonde/encoding/json.hpp>
#include <sonde/encoding/protobuf.hpp>
#include <sonde/record/key.hpp>
#include <sonde/version.hpp>

namespace sonde {

/// A place in the source known when the program is compiled, as template arguments (macro form).
template <meta::fixed_string File, unsigned Line, meta::fixed_string Function>
struct source_place {};
/// The plain form learns its place from constructor defaults.
struct unknown_place {};

/// The instrumentation scope of a tracer, as a template argument.
template <meta::fixed_string Name, meta::fixed_string Version>
struct instrumentation_scope {
  [[gnu::visibility("hidden")]] static constexpr record::scope_description description{record::text_of<Name>,
                                                                                       record::text_of<Version>};
};
/// What spans made without a tracer belong to.
using default_scope = instrumentation_scope<"sonde", meta::fixed_string{version}>;

namespace record {

template <meta::fixed_string Key, meta::fixed_string Value>
inline constexpr auto text_attribute_protobuf = encoding::field_bytes<
    9, encoding::field_bytes<1, Key> + encoding::field_bytes<2, encoding::field_bytes<1, Value>>>;

template <unsigned Line>
[[nodiscard]] consteval auto line_attribute_protobuf() {
  meta::fixed_string<encoding::varint_field_size(3, Line)> value;
  encoding::put_varint_field(value.value, 3, Line);
  return value;
}
template <unsigned Line>
[[nodiscard]] consteval auto line_digits() {
  meta::fixed_string<encoding::unsigned_size(Line)> digits;
  encoding::put_unsigned(digits.value, Line);
  return digits;
}

/// Span.attributes code.file.path, code.line.number, code.function.name. Source: OpenTelemetry semantic conventions, "Source code".
template <meta::fixed_string File, unsigned Line, meta::fixed_string Function>
[[gnu::visibility("hidden")]] inline constexpr auto place_protobuf =
    text_attribute_protobuf<"code.file.path", File> +
    encoding::field_bytes<9, encoding::field_bytes<1, "code.line.number"> +
                                 encoding::field_bytes<2, line_attribute_protobuf<Line>()>> +
    text_attribute_protobuf<"code.function.name", Function>;

template <meta::fixed_string File, unsigned Line, meta::fixed_string Function>
[[gnu::visibility("hidden")]] inline constexpr auto place_json =
    meta::fixed_string{R"({"key":"code.file.path","value":{"stringValue":")"} + encoding::json_escaped<File> +
    meta::fixed_string{R"("}},{"key":"code.line.number","value":{"intValue":")"} + line_digits<Line>() +
    meta::fixed_string{R"("}},{"key":"code.function.name","value":{"stringValue":")"} +
    encoding::json_escaped<Function> + meta::fixed_string{R"("}})"};

template <class Place>  // unknown_place, or a source_place left empty because locations are not captured
struct place_fields {
  static consteval void fill(description&) {}
};
template <meta::fixed_string File, unsigned Line, meta::fixed_string Function>
  requires(Line != 0)
struct place_fields<source_place<File, Line, Function>> {
  static consteval void fill(description& site) {
    site.file = text_of<File>;
    site.line = Line;
    site.function = text_of<Function>;
    site.location_protobuf = {place_protobuf<File, Line, Function>.data(), place_protobuf<File, Line, Function>.size()};
    site.location_json = {place_json<File, Line, Function>.data(), place_json<File, Line, Function>.size()};
  }
};

template <class Scope, meta::fixed_string Name, class Place>
[[nodiscard]] consteval description describe_span() {
  static_assert(!Name.empty(), "sonde: the name of a span must not be empty");
  static_assert(encoding::valid_utf8(text_of<Name>), "sonde: the name of a span must be valid UTF-8");
  description made;
  made.type = description_type::span;
  made.name = text_of<Name>;
  made.protobuf = {encoding::field_bytes<5, Name>.data(), encoding::field_bytes<5, Name>.size()};
  made.json = {encoding::json_escaped<Name>.data(), encoding::json_escaped<Name>.size()};
  made.scope = &Scope::description;
  place_fields<Place>::fill(made);
  return made;
}

template <class Scope, meta::fixed_string Name, class Place = unknown_place>
[[gnu::visibility("hidden")]] inline constinit description site = describe_span<Scope, Name, Place>();

}  // namespace record
}  // namespace sonde
