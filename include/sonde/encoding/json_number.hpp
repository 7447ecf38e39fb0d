// SPDX-License-Identifier: MIT
#pragma once

// Doubles as JSON: the shortest digits that read back as the same value. Apart from json.hpp because <charconv> is
// dear; for adapters, not for instrumented code.

#include <charconv>
#include <cstddef>

#include <sonde/encoding/protobuf.hpp>

namespace sonde::encoding {

inline constexpr std::size_t max_number_size = 24;  // -2.2250738585072014e-308

/// At most max_number_size bytes. JSON has no word for what is not finite: "NaN", "Infinity" and "-Infinity", quoted.
/// Source: ProtoJSON (protobuf.dev, "JSON mapping", double), which OTLP/JSON follows.
inline char* put_number(char* at, double value) noexcept {
  if (value != value) return put_bytes(at, "\"NaN\"", 5);
  if (value == __builtin_huge_val()) return put_bytes(at, "\"Infinity\"", 10);
  if (value == -__builtin_huge_val()) return put_bytes(at, "\"-Infinity\"", 11);
  return std::to_chars(at, at + max_number_size, value).ptr;
}

}  // namespace sonde::encoding
