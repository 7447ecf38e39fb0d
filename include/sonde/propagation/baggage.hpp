// SPDX-License-Identifier: MIT
#pragma once

// The header `baggage`: what the users of a trace say about it, `key=value;property, key2=value2`. A view for reading it, and
// what is passed on of it. Nobody but those who ask looks at values: they are the users' data. Source: W3C Baggage.

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/propagation/character_set.hpp>
#include <sonde/propagation/header_buffer.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

/// What is read of it. The specification asks for at least 64 members and 8192 bytes.
inline constexpr std::size_t most_baggage_members = 180;
inline constexpr std::size_t baggage_limit = 8192;
/// What is left of one that exceeds either.
inline constexpr std::size_t trimmed_baggage_members = 64;

using baggage_buffer = header_buffer<baggage_limit>;

/// Printable ASCII but blanks, quotes, comma, semicolon and backslash: what stands for itself in a value.
inline constexpr character_set baggage_octets{{'!', '!'}, {'#', '+'}, {'-', ':'}, {'<', '['}, {']', '~'}};

/// One member, as it stands in the header: percent-encoded (see baggage_text.hpp), without blanks around its parts.
struct baggage_member {
  std::string_view key;
  std::string_view value;
  std::string_view properties;  // `k=v;k2`, with whatever blanks were between them

  /// Nothing where a part is missing or has characters it may not have.
  [[nodiscard]] static constexpr std::optional<baggage_member> parse(std::string_view member) noexcept {
    const std::size_t semicolon = member.find(';');
    const key_value head{member.substr(0, semicolon)};
    if (!head.has_value || !valid(head)) return std::nullopt;
    baggage_member read{head.key, head.value, {}};
    if (semicolon == std::string_view::npos) return read;
    read.properties = without_blanks(member.substr(semicolon + 1));
    std::string_view property;
    for (pieces list{read.properties, ';'}; list.next(property);)
      if (!property.empty() && !valid(key_value{property})) return std::nullopt;
    return read;
  }
  friend constexpr bool operator==(const baggage_member&, const baggage_member&) = default;

 private:
  [[nodiscard]] static constexpr bool valid(const key_value& pair) noexcept {
    return !pair.key.empty() && token_characters.has_all(pair.key) && baggage_octets.has_all(pair.value);
  }
};

/// The valid members in order of arrival; the others are passed over. Borrows what `lines` borrow.
class baggage_view {
 public:
  constexpr explicit baggage_view(const field_lines& lines) noexcept : lines_{lines} {}

  class iterator {
   public:
    using value_type = baggage_member;
    using difference_type = std::ptrdiff_t;

    constexpr explicit iterator(const field_lines& lines) noexcept : lines_{&lines} { ++*this; }
    [[nodiscard]] constexpr const baggage_member& operator*() const noexcept { return member_; }
    [[nodiscard]] constexpr const baggage_member* operator->() const noexcept { return &member_; }
    constexpr iterator& operator++() noexcept {
      std::string_view text;
      for (;;) {
        while (list_.next(text))
          if (const auto read = baggage_member::parse(text)) {
            member_ = *read;
            return *this;
          }
        at_end_ = line_ == lines_->count;
        if (at_end_) return *this;
        list_ = pieces{view(lines_->line[line_++]), ','};
      }
    }
    constexpr void operator++(int) noexcept { ++*this; }
    [[nodiscard]] friend constexpr bool operator==(const iterator& at, std::default_sentinel_t) noexcept { return at.at_end_; }

   private:
    const field_lines* lines_;
    std::size_t line_ = 0;
    pieces list_{"", ','};
    baggage_member member_{};
    bool at_end_ = false;
  };

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{lines_}; }
  [[nodiscard]] constexpr std::default_sentinel_t end() const noexcept { return {}; }

  /// The last member of this key, which is compared as it stands, case and all.
  [[nodiscard]] constexpr std::optional<baggage_member> find(std::string_view key) const noexcept {
    std::optional<baggage_member> found;
    for (const baggage_member& each : *this)
      if (each.key == key) found = each;
    return found;
  }

 private:
  field_lines lines_;
};

/// As it came where it keeps to the limits, 180 members and 8192 bytes, commas between lines included; otherwise its first 64
/// members, and of these only whole ones within 8192 bytes.
[[nodiscard]] constexpr field_lines within_baggage_limits(const field_lines& lines) noexcept {
  constexpr std::size_t shortest_member = 2;  // `k=`
  std::size_t size = lines.count;
  for (const meta::text line : lines) size += line.size;
  bool exceeds = size > baggage_limit + 1;
  if (!exceeds && size > most_baggage_members * (shortest_member + 1)) {
    std::size_t members = 0;
    std::string_view member;
    for (const meta::text line : lines)
      for (pieces list{view(line), ','}; list.next(member);) members += !member.empty();
    exceeds = members > most_baggage_members;
  }
  if (!exceeds) return lines;

  field_lines kept;
  std::size_t members = 0;
  std::size_t before = 0;  // bytes of earlier lines, with their commas
  for (const meta::text line : lines) {
    const std::string_view text = view(line);
    std::size_t end = 0;
    bool full = false;
    for (std::size_t at = 0; at < text.size() && !full;) {
      std::size_t comma = text.find(',', at);
      if (comma == std::string_view::npos) comma = text.size();
      if (!without_blanks(text.substr(at, comma - at)).empty()) {
        full = members == trimmed_baggage_members || before + comma > baggage_limit;
        if (!full) {
          ++members;
          end = comma;
        }
      }
      at = comma + 1;
    }
    if (end > 0) kept.add(borrowed(text.substr(0, end)));
    if (full) break;
    before += end + (end > 0);
  }
  return kept;
}

/// The valid members with all their properties, without blanks. Within the limits they fit.
constexpr void write_baggage(baggage_buffer& to, const field_lines& lines) noexcept {
  const auto append = [&](const key_value& pair) {
    to.append(pair.key);
    if (!pair.has_value) return;
    to.append("=");
    to.append(pair.value);
  };
  for (const baggage_member& each : baggage_view{within_baggage_limits(lines)}) {
    if (!to.empty()) to.append(",");
    to.append(each.key);
    to.append("=");
    to.append(each.value);
    std::string_view property;
    for (pieces list{each.properties, ';'}; list.next(property);) {
      if (property.empty()) continue;
      to.append(";");
      append(key_value{property});
    }
  }
}

}  // namespace sonde::propagation
