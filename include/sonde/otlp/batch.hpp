// SPDX-License-Identifier: MIT
#pragma once

// Records of one request, encoded, apart by instrumentation scope, without what the request puts around them: so that it
// can be split where a backend finds it too large. Made by the encoders, kept in queues by whoever sends.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/otlp/byte_buffer.hpp>

namespace sonde::otlp {

class batch {
 public:
  /// How to tell where a record ends: protobuf has a tag of one byte and the length in front, JSON a line end behind.
  enum class framing : unsigned char { length, line };
  /// The records of one scope.
  struct part {
    std::size_t scope;     // its number, to the encoder
    std::size_t envelope;  // bytes that a request puts around these, at most
    byte_buffer records;
  };

  batch() = default;
  /// `envelope`: bytes that a request puts around all parts, at most.
  batch(framing how, std::size_t envelope, std::size_t count, std::vector<part> parts) noexcept
      : framing_{how}, envelope_{envelope}, count_{count}, parts_{std::move(parts)} {}

  /// Bytes of the request it makes, or a few more.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t bytes = envelope_;
    for (const part& each : parts_) bytes += each.envelope + each.records.size();
    return bytes;
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] const std::vector<part>& parts() const noexcept { return parts_; }

  /// Takes the later half out; of an odd number the smaller. Throws std::bad_alloc; then it is as it was.
  [[nodiscard]] batch split() {
    const std::size_t taken = count_ / 2;
    std::size_t kept = count_ - taken;
    auto boundary = parts_.begin();
    std::size_t offset = 0;  // where within that part
    for (; boundary != parts_.end(); ++boundary) {
      offset = skip(boundary->records.bytes(), kept);
      if (kept == 0) break;
    }
    if (boundary == parts_.end()) return {};

    const std::string_view whole = boundary->records.bytes();
    std::vector<part> later;
    later.reserve(static_cast<std::size_t>(parts_.end() - boundary));
    if (offset != whole.size())
      later.push_back({boundary->scope, boundary->envelope, byte_buffer{whole.substr(offset)}});
    std::move(boundary + 1, parts_.end(), std::back_inserter(later));
    boundary->records.truncate(offset);
    parts_.erase(boundary + 1, parts_.end());
    count_ -= taken;
    return {framing_, envelope_, taken, std::move(later)};
  }

 private:
  /// Steps over as many records as there are, at most `count`, and counts those off. Returns how far it came.
  [[nodiscard]] std::size_t skip(std::string_view records, std::size_t& count) const noexcept {
    std::size_t at = 0;
    for (; count != 0 && at < records.size(); --count) at = end_of_record(records, at);
    return at;
  }
  [[nodiscard]] std::size_t end_of_record(std::string_view records, std::size_t at) const noexcept {
    if (framing_ == framing::line) return records.find('\n', at) + 1;
    std::size_t size = 0;
    unsigned char byte = 0;
    unsigned shift = 0;
    do {
      byte = static_cast<unsigned char>(records[++at]);
      size |= std::size_t{byte & 0x7Fu} << shift;
      shift += 7;
    } while (byte >= 0x80);
    return at + 1 + size;
  }

  framing framing_ = framing::length;
  std::size_t envelope_ = 0;
  std::size_t count_ = 0;
  std::vector<part> parts_;
};

}  // namespace sonde::otlp
