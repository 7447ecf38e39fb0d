// SPDX-License-Identifier: MIT
#pragma once

// Reading a record's bytes: entries one by one, bounds checked, since records may come from a file another process wrote.

#include <cstdint>
#include <cstring>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/time_text.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/record/layout.hpp>
#include <sonde/record/thread_identity.hpp>

namespace sonde::record {

/// A payload still in the record.
struct value_view {
  entry_type type{};
  const char* data = nullptr;
  std::uint32_t size = 0;
  std::uint32_t max_characters = UINT32_MAX;  // of texts, in compounds too

  [[nodiscard]] std::uint64_t word() const noexcept {
    std::uint64_t bits = 0;
    if (size >= 8) std::memcpy(&bits, data, 8);
    return bits;
  }
  [[nodiscard]] bool boolean() const noexcept { return word() != 0; }
  [[nodiscard]] std::int64_t integer() const noexcept { return static_cast<std::int64_t>(word()); }
  [[nodiscard]] double real() const noexcept { return __builtin_bit_cast(double, word()); }
  /// A key's text: no limit applies to keys.
  [[nodiscard]] std::string_view key() const noexcept { return {data, size}; }
  [[nodiscard]] std::string_view text() const noexcept {
    if (size <= max_characters) return {data, size};
    const meta::text kept = encoding::cut({data, size}, max_characters);
    return {kept.data, kept.size};
  }
};

/// Steps through a run of entries; stops at its end or at the first one that is malformed.
class entry_cursor {
 public:
  entry_cursor(const char* data, std::size_t size) noexcept : at_{data}, end_{data + size} {}
  explicit entry_cursor(const value_view& compound) noexcept : entry_cursor{compound.data, compound.size} {
    value_.max_characters = compound.max_characters;
  }

  /// False at the end; else `id()` and `value()` are those of the next entry.
  [[nodiscard]] bool next() noexcept {
    if (static_cast<std::size_t>(end_ - at_) < sizeof(entry)) return false;
    entry head;
    std::memcpy(&head, at_, sizeof head);
    const std::size_t size = head.size();
    if (padded(size) > static_cast<std::size_t>(end_ - at_) - sizeof head) return false;
    id_ = head.description;
    value_.type = head.type();
    value_.data = at_ + sizeof head;
    value_.size = static_cast<std::uint32_t>(size);
    at_ += sizeof head + padded(size);
    return true;
  }
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] const value_view& value() const noexcept { return value_; }

 private:
  const char* at_;
  const char* end_;
  std::uint32_t id_ = 0;
  value_view value_;
};

/// How many texts in it are shortened to the limit, at any depth. Keys are not.
[[nodiscard]] inline std::uint32_t count_cut_texts(const value_view& value) noexcept {
  if (value.size <= value.max_characters) return 0;
  if (value.type == entry_type::text) return value.text().size() != value.size ? 1 : 0;
  std::uint32_t cut = 0;
  if (value.type == entry_type::array)
    for (entry_cursor each{value}; each.next();) cut += count_cut_texts(each.value());
  if (value.type == entry_type::map)
    for (entry_cursor each{value}; each.next() && each.next();) cut += count_cut_texts(each.value());
  return cut;
}

struct array_view {
  value_view held;
  [[nodiscard]] entry_cursor elements() const noexcept { return entry_cursor{held}; }
};
/// Keys (texts) and values take turns.
struct map_view {
  value_view held;
  [[nodiscard]] entry_cursor pairs() const noexcept { return entry_cursor{held}; }
};

/// Calls `visitor` with the value as backends know it: bool, int64, double, text, array or map. Times become RFC 3339 text,
/// durations seconds, integers beyond int64 decimal text.
template <class Visitor>
[[gnu::always_inline]] inline decltype(auto) visit(const value_view& value, Visitor&& visitor) {
  switch (value.type) {
    case entry_type::boolean: return visitor(value.boolean());
    case entry_type::integer: return visitor(value.integer());
    case entry_type::real: return visitor(value.real());
    case entry_type::duration: return visitor(static_cast<double>(value.integer()) * 1e-9);
    case entry_type::array: return visitor(array_view{value});
    case entry_type::map: return visitor(map_view{value});
    case entry_type::unsigned_integer: {
      if (value.integer() >= 0) return visitor(value.integer());
      char digits[encoding::max_integer_size];
      return visitor(std::string_view{digits, static_cast<std::size_t>(encoding::put_unsigned(digits, value.word()) - digits)});
    }
    case entry_type::time: {
      char written[encoding::max_rfc3339_size];
      const auto size = static_cast<std::size_t>(encoding::put_signed_rfc3339(written, value.integer()) - written);
      if (size > sizeof written) __builtin_unreachable();  // GCC 12 warns of what would be done with more
      return visitor(std::string_view{written, size});
    }
    default: return visitor(value.text());
  }
}

/// The header and the entries of a record.
struct record_view {
  const char* data;
  const thread_identity* thread = nullptr;  // that wrote it, where known

  [[nodiscard]] record::header header() const noexcept {
    record::header copy;
    std::memcpy(&copy, data, sizeof copy);
    return copy;
  }
  [[nodiscard]] std::uint32_t size() const noexcept {
    std::uint32_t bytes;
    std::memcpy(&bytes, data, sizeof bytes);
    return bytes;
  }
  [[nodiscard]] entry_cursor entries() const noexcept {
    return {data + sizeof(record::header), size() - sizeof(record::header)};
  }
};

/// Consecutive whole records of one thread.
struct record_run {
  const char* data = nullptr;
  std::size_t size = 0;
  std::uint32_t spans = 0;
  std::uint32_t logs = 0;
  const thread_identity* thread = nullptr;  // null where unknown
};

}  // namespace sonde::record
