// SPDX-License-Identifier: MIT
#pragma once

// The header `tracestate`: what other vendors note about a trace, checked, passed on as it came, and cut where it is too long.
// Source: W3C Trace Context Level 2, "Tracestate Header".

#include <cstddef>
#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/propagation/character_set.hpp>
#include <sonde/propagation/header_buffer.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

inline constexpr std::size_t most_tracestate_members = 32;
/// What is passed on, in bytes; the specification asks for at least 512.
inline constexpr std::size_t tracestate_limit = 512;

/// What is read of it, in bytes: 32 of the longest members, with commas. Empty members and blanks could make it any size.
inline constexpr std::size_t longest_tracestate = most_tracestate_members * (256 + 1 + 256 + 1);

using tracestate_buffer = header_buffer<tracestate_limit>;

inline constexpr character_set tracestate_key_begin{{'a', 'z'}, {'0', '9'}};
inline constexpr character_set tracestate_key_characters{{'a', 'z'}, {'0', '9'}, {'_', '_'}, {'-', '-'},
                                                         {'*', '*'}, {'/', '/'}, {'@', '@'}};
/// Printable ASCII but comma and equals sign.
inline constexpr character_set tracestate_value_characters{{' ', '+'}, {'-', '<'}, {'>', '~'}};

/// One `key=value`, blanks around it removed. Blanks before the value belong to it.
[[nodiscard]] constexpr bool valid_tracestate_member(std::string_view member) noexcept {
  constexpr std::size_t longest = 256;  // of key and value each
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals > longest) return false;
  const std::string_view value = member.substr(equals + 1);
  return tracestate_key_begin.has(member.front()) && tracestate_key_characters.has_all(member.substr(0, equals)) &&
         !value.empty() && value.size() <= longest && tracestate_value_characters.has_all(value);
}

/// The members of a valid tracestate; none where one of them is bad, there are more than 32, or it is too long: then all of it
/// goes.
class tracestate_members {
 public:
  constexpr explicit tracestate_members(const field_lines& lines) noexcept {
    std::size_t size = 0;
    for (const meta::text line : lines) size += line.size;
    if (size > longest_tracestate) return;
    std::string_view member;
    for (const meta::text line : lines) {
      for (pieces list{view(line), ','}; list.next(member);) {
        if (member.empty()) continue;
        if (count_ == most_tracestate_members || !valid_tracestate_member(member)) {
          count_ = 0;
          return;
        }
        member_[count_++] = {member.data(), member.size()};
      }
    }
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }

  /// Members in their order, whole, without blanks between them. Where they exceed the limit, those longer than 128 bytes
  /// are left out first, then others, from the right each time.
  constexpr void write(tracestate_buffer& to) const noexcept {
    constexpr std::size_t long_member = 128;
    bool left_out[most_tracestate_members]{};
    std::size_t total = 0;
    for (std::size_t i = 0; i < count_; ++i) total += member_[i].size + (i > 0);
    for (const std::size_t longer_than : {long_member, std::size_t{0}})
      for (std::size_t i = count_; i-- > 0 && total > tracestate_limit;) {
        if (left_out[i] || member_[i].size <= longer_than) continue;
        left_out[i] = true;
        total -= member_[i].size + 1;  // one comma less; the last member to go would have none, but then all fits
      }
    for (std::size_t i = 0; i < count_; ++i) {
      if (left_out[i]) continue;
      if (!to.empty()) to.append(",");
      to.append({member_[i].data, member_[i].size});
    }
  }

 private:
  struct text {  // without the constructor that would clear 512 bytes
    const char* data;
    std::size_t size;
  };
  text member_[most_tracestate_members];
  std::size_t count_ = 0;
};

}  // namespace sonde::propagation
