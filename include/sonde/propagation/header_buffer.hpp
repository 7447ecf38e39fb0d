// SPDX-License-Identifier: MIT
#pragma once

// Where a header's value is put together: room of a fixed size, so that writing one allocates nothing.

#include <cstddef>
#include <string_view>

namespace sonde::propagation {

/// Its bytes are left uninitialised on purpose: some are 8 KiB.
template <std::size_t Room>
class header_buffer {
 public:
  constexpr header_buffer() noexcept {}

  /// False, and nothing appended, where there is no room for all of it.
  constexpr bool append(std::string_view text) noexcept {
    if (text.size() > room()) return false;
    std::char_traits<char>::copy(extend(text.size()), text.data(), text.size());
    return true;
  }
  /// Where `size` bytes can be written; the caller knows there is room.
  constexpr char* extend(std::size_t size) noexcept {
    char* const at = bytes_ + size_;
    size_ += size;
    return at;
  }
  [[nodiscard]] constexpr std::size_t room() const noexcept { return Room - size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr std::string_view text() const noexcept { return {bytes_, size_}; }

 private:
  char bytes_[Room];
  std::size_t size_ = 0;
};

}  // namespace sonde::propagation
