// SPDX-License-Identifier: MIT
#pragma once

// A growing run of bytes for encoders, which write behind a cursor of their own and ask for room first: one comparison
// per attribute, and one allocation per batch once it knows how large batches are.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace sonde::otlp {

class byte_buffer {
 public:
  byte_buffer() = default;
  /// A copy, exactly as large.
  explicit byte_buffer(std::string_view bytes) {
    if (bytes.empty()) return;
    grow_to(bytes.size());
    std::memcpy(begin_, bytes.data(), bytes.size());
    size_ = bytes.size();
  }
  byte_buffer(byte_buffer&& other) noexcept
      : begin_{std::exchange(other.begin_, nullptr)},
        size_{std::exchange(other.size_, 0)},
        limit_{std::exchange(other.limit_, nullptr)},
        first_capacity_{other.first_capacity_} {}
  byte_buffer& operator=(byte_buffer&& other) noexcept {
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    std::swap(limit_, other.limit_);
    std::swap(first_capacity_, other.first_capacity_);
    return *this;
  }
  ~byte_buffer() { std::free(begin_); }

  [[nodiscard]] std::string_view bytes() const noexcept { return {begin_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Where the next byte goes.
  [[nodiscard]] char* cursor() noexcept { return begin_ + size_; }
  /// `at`, with room for `bytes` behind it; the buffer may have moved. Throws std::bad_alloc, nothing lost.
  [[nodiscard, gnu::always_inline]] char* room(char* at, std::size_t bytes) {
    if (static_cast<std::size_t>(limit_ - at) < bytes) [[unlikely]]
      return grow(at, bytes);
    return at;
  }
  /// How far a cursor has come; stays good when the buffer moves.
  [[nodiscard]] std::size_t offset(const char* at) const noexcept { return static_cast<std::size_t>(at - begin_); }
  [[nodiscard]] char* at(std::size_t offset) noexcept { return begin_ + offset; }
  /// Keeps what was written before `at`.
  void commit(const char* at) noexcept { size_ = offset(at); }

  /// What was written, with little room to spare. This one is empty afterwards, and once written to again asks for as much
  /// as was needed now: batches resemble one another.
  [[nodiscard]] byte_buffer hand_over() noexcept {
    first_capacity_ = std::max(least_again, size_ + size_ / 8);
    byte_buffer taken;
    std::swap(taken.begin_, begin_);
    std::swap(taken.size_, size_);
    std::swap(taken.limit_, limit_);
    taken.give_back();
    return taken;
  }
  /// Keeps the first `size` bytes.
  void truncate(std::size_t size) noexcept {
    size_ = size;
    give_back();
  }

 private:
  static constexpr std::size_t least = std::size_t{16} << 10;
  static constexpr std::size_t least_again = 1024;

  [[nodiscard, gnu::noinline, gnu::cold]] char* grow(char* at, std::size_t bytes) {
    const std::size_t used = offset(at);
    std::size_t capacity = begin_ == nullptr ? first_capacity_ : std::max(least, offset(limit_) * 2);
    while (capacity - used < bytes) capacity *= 2;
    grow_to(capacity);
    return begin_ + used;
  }
  void grow_to(std::size_t capacity) {
    char* const larger = static_cast<char*>(std::realloc(begin_, capacity));
    if (larger == nullptr) throw std::bad_alloc{};
    begin_ = larger;
    limit_ = larger + capacity;
  }
  /// What is kept for long is kept without much room: queues count the bytes alone.
  void give_back() noexcept {
    if (size_ == 0 || offset(limit_) - size_ <= size_ / 4) return;
    char* const smaller = static_cast<char*>(std::realloc(begin_, size_));
    if (smaller == nullptr) return;
    begin_ = smaller;
    limit_ = smaller + size_;
  }

  char* begin_ = nullptr;
  std::size_t size_ = 0;
  char* limit_ = nullptr;
  std::size_t first_capacity_ = least;
};

/// Copies short texts without a call: two overlapping pieces of a fixed size. Returns where it stopped.
[[nodiscard, gnu::always_inline]] inline char* put_copy(char* at, const char* from, std::size_t size) noexcept {
  if (size > 32) {
    std::memcpy(at, from, size);
  } else if (size >= 16) {
    std::memcpy(at, from, 16);
    std::memcpy(at + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(at, from, 8);
    std::memcpy(at + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(at, from, 4);
    std::memcpy(at + size - 4, from + size - 4, 4);
  } else if (size != 0) {
    at[0] = from[0];
    at[size / 2] = from[size / 2];
    at[size - 1] = from[size - 1];
  }
  return at + size;
}
[[nodiscard, gnu::always_inline]] inline char* put_copy(char* at, std::string_view text) noexcept {
  return put_copy(at, text.data(), text.size());
}

}  // namespace sonde::otlp
