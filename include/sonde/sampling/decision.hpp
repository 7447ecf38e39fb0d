// SPDX-License-Identifier: MIT
#pragma once

// What a sampler answers: yes or no, and by which rule where it has rules.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sonde::sampling {

/// A short text of its own: rules may be replaced while a span that names one begins. A longer name is cut between
/// characters.
class rule_name {
 public:
  static constexpr std::size_t longest = 63;  // bytes; X-Ray's are of 32 characters

  constexpr rule_name() noexcept {}
  constexpr explicit rule_name(std::string_view name) noexcept {
    std::size_t size = name.size() < longest ? name.size() : longest;
    while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
    for (std::size_t i = 0; i < size; ++i) text_[i] = name[i];
    size_ = static_cast<std::uint8_t>(size);
  }
  [[nodiscard]] constexpr std::string_view text() const noexcept { return {text_, size_}; }

 private:
  std::uint8_t size_ = 0;
  char text_[longest];  // not initialised beyond its size: most decisions name no rule
};

/// Made of a bool, and read as one, by samplers without rules.
struct decision {
  bool sampled = false;
  rule_name rule{};  // empty: by none

  constexpr decision(bool yes) noexcept : sampled{yes} {}  // implicit: see above
  constexpr decision(bool yes, std::string_view by) noexcept : sampled{yes}, rule{by} {}
  constexpr operator bool() const noexcept { return sampled; }
};

}  // namespace sonde::sampling
