// SPDX-License-Identifier: MIT
#pragma once

// The code.* attributes of a place learned at run time, encoded once when the registry first sees it. (The macro form has
// them encoded at compile time, in span/site.hpp.) Source: OpenTelemetry semantic conventions, "Source code".

#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/encoding/json.hpp>
#include <sonde/encoding/protobuf.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/layout.hpp>

namespace sonde::record {

[[nodiscard]] inline std::string_view view(meta::text text) noexcept { return {text.data, text.size}; }
[[nodiscard]] inline meta::text text(std::string_view view) noexcept { return {view.data(), view.size()}; }

[[nodiscard]] inline std::string sanitised(std::string_view raw) {
  std::string clean(encoding::sanitised_size(text(raw)), '\0');
  encoding::put_sanitised(clean.data(), text(raw));
  return clean;
}
[[nodiscard]] inline std::string json_escaped(std::string_view raw) {
  std::string escaped(encoding::escaped_size(text(raw)), '\0');
  encoding::put_escaped(escaped.data(), text(raw));
  return escaped;
}
[[nodiscard]] inline std::string protobuf_field(std::uint32_t field, std::string_view content) {
  std::string whole(encoding::bytes_field_size(field, content.size()), '\0');
  encoding::put_bytes_field(whole.data(), field, content.data(), content.size());
  return whole;
}

/// Fields `attributes` of a Span.
[[nodiscard]] inline std::string location_protobuf(std::string_view file, std::uint32_t line, std::string_view function) {
  std::string number(encoding::varint_field_size(3, line), '\0');
  encoding::put_varint_field(number.data(), 3, line);
  const auto attribute = [](std::string_view key, std::string_view value) {
    return protobuf_field(9, protobuf_field(1, key) + protobuf_field(2, value));
  };
  return attribute("code.file.path", protobuf_field(1, sanitised(file))) + attribute("code.line.number", number) +
         attribute("code.function.name", protobuf_field(1, sanitised(function)));
}

/// Members of a Span's "attributes", comma-separated.
[[nodiscard]] inline std::string location_json(std::string_view file, std::uint32_t line, std::string_view function) {
  return R"({"key":"code.file.path","value":{"stringValue":")" + json_escaped(file) +
         R"("}},{"key":"code.line.number","value":{"intValue":")" + std::to_string(line) +
         R"("}},{"key":"code.function.name","value":{"stringValue":")" + json_escaped(function) + R"("}})";
}

/// An entry as it stands in a record.
[[nodiscard]] inline std::string entry_bytes(std::uint32_t id, entry_type type, std::string_view payload) {
  const std::uint64_t head = entry::make(id, type, payload.size());
  std::string whole(reinterpret_cast<const char*>(&head), sizeof head);
  whole += payload;
  whole.resize(sizeof head + padded(payload.size()));
  return whole;
}
[[nodiscard]] inline std::string entry_bytes(std::uint32_t id, std::int64_t number) {
  return entry_bytes(id, entry_type::integer, {reinterpret_cast<const char*>(&number), sizeof number});
}

}  // namespace sonde::record
