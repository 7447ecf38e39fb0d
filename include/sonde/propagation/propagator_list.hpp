// SPDX-License-Identifier: MIT
#pragma once

// Which headers a program reads and writes, in which order. Kept by the session, packed into one word.

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace sonde::propagation {

/// `none` stands for nothing in a list: {propagator::none} is an empty one.
enum class propagator : unsigned char { none, tracecontext, baggage, b3, b3multi, xray };

/// Each at most once. Of several that find a context in a request the last one counts; all of them write.
class propagator_list {
 public:
  static constexpr std::size_t most = 8;

  constexpr propagator_list() noexcept : packed_{at(propagator::tracecontext, 0) | at(propagator::baggage, 1)} {}
  constexpr propagator_list(std::initializer_list<propagator> chosen) noexcept {
    for (const propagator each : chosen) add(each);
  }

  constexpr void add(propagator added) noexcept {
    if (added == propagator::none || has(added) || size() == most) return;
    packed_ |= at(added, size());
  }
  [[nodiscard]] constexpr bool has(propagator wanted) const noexcept {
    for (const propagator each : *this)
      if (each == wanted) return true;
    return false;
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    std::size_t count = 0;
    for (std::uint32_t rest = packed_; rest != 0; rest >>= 4) ++count;
    return count;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return packed_ == 0; }

  class iterator {
   public:
    constexpr explicit iterator(std::uint32_t rest) noexcept : rest_{rest} {}
    [[nodiscard]] constexpr propagator operator*() const noexcept { return static_cast<propagator>(rest_ & 15); }
    constexpr iterator& operator++() noexcept {
      rest_ >>= 4;
      return *this;
    }
    friend constexpr bool operator==(iterator, iterator) noexcept = default;

   private:
    std::uint32_t rest_;
  };
  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator{packed_}; }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator{0}; }

  /// Four bits each, the first in the lowest; 0 is an empty list.
  [[nodiscard]] constexpr std::uint32_t pack() const noexcept { return packed_; }
  [[nodiscard]] static constexpr propagator_list unpack(std::uint32_t packed) noexcept {
    propagator_list list{propagator::none};
    for (; packed != 0; packed >>= 4)
      if ((packed & 15) <= static_cast<std::uint32_t>(propagator::xray)) list.add(static_cast<propagator>(packed & 15));
    return list;
  }
  friend constexpr bool operator==(propagator_list, propagator_list) noexcept = default;

 private:
  [[nodiscard]] static constexpr std::uint32_t at(propagator which, std::size_t place) noexcept {
    return static_cast<std::uint32_t>(which) << 4 * place;
  }

  std::uint32_t packed_ = 0;
};

}  // namespace sonde::propagation
