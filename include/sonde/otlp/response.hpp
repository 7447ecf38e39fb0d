// SPDX-License-Identifier: MIT
#pragma once

// What an OTLP backend answers, in protobuf: how many spans it refused and why, or the error's text. Tolerates anything:
// what cannot be read says nothing. Used by adapters/otlp. Source: opentelemetry-proto, trace_service.proto; google.rpc.Status.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sonde::otlp {

/// Steps through the fields of one message.
class field_cursor {
 public:
  explicit field_cursor(std::string_view message) noexcept : rest_{message} {}

  /// False at the end and at what is no protobuf.
  [[nodiscard]] bool next() noexcept {
    std::uint64_t tag = 0;
    if (!take_varint(tag)) return false;
    field_ = tag >> 3;
    number_ = 0;
    bytes_ = {};
    switch (tag & 7) {
      case 0: return take_varint(number_);
      case 1: return take_bytes(8);
      case 2: {
        std::uint64_t size = 0;
        return take_varint(size) && take_bytes(size);
      }
      case 5: return take_bytes(4);
      default: return false;
    }
  }
  [[nodiscard]] std::uint64_t field() const noexcept { return field_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  [[nodiscard]] bool take_varint(std::uint64_t& value) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  [[nodiscard]] bool take_bytes(std::uint64_t size) noexcept {
    if (size > rest_.size()) return false;
    bytes_ = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(bytes_.size());
    return true;
  }

  std::string_view rest_;
  std::uint64_t field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

struct partial_success {
  std::uint64_t rejected = 0;
  std::string_view message{};
};

/// From an ExportTraceServiceResponse.
[[nodiscard]] inline partial_success read_partial_success(std::string_view response) noexcept {
  partial_success found;
  for (field_cursor whole{response}; whole.next();) {
    if (whole.field() != 1) continue;
    for (field_cursor inner{whole.bytes()}; inner.next();) {
      if (inner.field() == 1) found.rejected = static_cast<std::int64_t>(inner.number()) < 0 ? 0 : inner.number();
      if (inner.field() == 2) found.message = inner.bytes();
    }
  }
  return found;
}

/// The message of a google.rpc.Status.
[[nodiscard]] inline std::string_view read_status_message(std::string_view status) noexcept {
  std::string_view message;
  for (field_cursor whole{status}; whole.next();)
    if (whole.field() == 2) message = whole.bytes();
  return message;
}

}  // namespace sonde::otlp
