// SPDX-License-Identifier: MIT
#pragma once

// What a viewer draws for one thread: spans within each other. Remembers what is there and says which span still fits, since
// viewers drop one that overlaps another only partly. In ticks, where nothing is rounded.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sonde::trace_event {

class lane {
 public:
  std::string name{};  // of the thread, as the file has it

  lane() = default;
  /// Of what happened before `known_from` it cannot say anything.
  explicit lane(std::uint64_t known_from) noexcept : known_from_{known_from} {}

  /// Takes a span in, or says that it crosses what is there; then nothing changes. Spans come in the order of their ends, but
  /// for a few. Throws std::bad_alloc.
  [[nodiscard]] bool admit(std::uint64_t start, std::uint64_t end) {
    if (start < known_from_) return false;
    const auto first = std::partition_point(outermost_.begin(), outermost_.end(),
                                            [&](const interval& each) { return each.end <= start; });
    const auto last = std::partition_point(first, outermost_.end(), [&](const interval& each) { return each.start < end; });
    if (first == last) {
      outermost_.insert(first, {start, end});
      if (outermost_.size() > most) forget();
      return true;
    }
    // What lies within one that is there may cross something within that one: only what encloses is known to fit.
    if (first->start < start || (last - 1)->end > end) return false;
    *first = {start, end};
    outermost_.erase(first + 1, last);
    return true;
  }

  [[nodiscard]] std::uint64_t end() const noexcept { return outermost_.empty() ? known_from_ : outermost_.back().end; }

 private:
  static constexpr std::size_t most = 4096;
  struct interval {
    std::uint64_t start;
    std::uint64_t end;
  };

  /// The older half becomes one interval: what encloses all of it still fits.
  void forget() {
    const auto half = outermost_.begin() + most / 2;
    outermost_.front().end = (half - 1)->end;
    outermost_.erase(outermost_.begin() + 1, half);
  }

  std::vector<interval> outermost_;  // those within no other, in order; they touch at most
  std::uint64_t known_from_ = 0;
};

}  // namespace sonde::trace_event
