// SPDX-License-Identifier: MIT
#pragma once

// Log events on their way into one PutLogEvents: messages and when they were written, by CloudWatch's own measures. Filled by
// lane.hpp, kept in the queue.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/cloudwatch/limits.hpp>

namespace sonde::cloudwatch {

class batch {
 public:
  struct event {
    std::int64_t unix_nano;
    std::size_t offset;  // of its message among all
    std::size_t size;

    /// CloudWatch takes no time before 1970.
    [[nodiscard]] std::int64_t unix_milli() const noexcept { return unix_nano > 0 ? unix_nano / 1'000'000 : 0; }
  };

  /// Throws std::bad_alloc; then it is as it was.
  void add(std::int64_t unix_nano, std::string_view message) {
    events_.push_back({unix_nano, messages_.size(), message.size()});
    try {
      messages_ += message;
    } catch (...) {
      events_.pop_back();
      throw;
    }
  }

  [[nodiscard]] std::size_t count() const noexcept { return events_.size(); }
  /// As CloudWatch counts, which is about what it takes in memory.
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size() + event_overhead * events_.size(); }
  [[nodiscard]] const std::vector<event>& events() const noexcept { return events_; }
  [[nodiscard]] std::string_view message(const event& of) const noexcept {
    return std::string_view{messages_}.substr(of.offset, of.size);
  }

  /// Sorts by time; those of one time stay as they came. Gives spare memory back, for it may be kept for long.
  void close() {
    const auto earlier = [](const event& a, const event& b) {
      return a.unix_nano != b.unix_nano ? a.unix_nano < b.unix_nano : a.offset < b.offset;
    };
    if (!std::is_sorted(events_.begin(), events_.end(), earlier)) std::sort(events_.begin(), events_.end(), earlier);
    messages_.shrink_to_fit();
    events_.shrink_to_fit();
  }

  /// How many events from the first on are within the limits, in a closed batch.
  [[nodiscard]] std::size_t fitting(std::size_t max_bytes) const noexcept {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (const event& each : events_) {
      bytes += each.size + event_overhead;
      if (bytes > max_bytes || count == max_batch_count || each.unix_milli() - events_.front().unix_milli() > max_batch_span)
        break;
      ++count;
    }
    return count;
  }

  /// Takes all but the first `kept` out. Throws std::bad_alloc; then it is as it was.
  [[nodiscard]] batch split(std::size_t kept) {
    batch first = part(0, kept);
    batch later = part(kept, events_.size());
    *this = std::move(first);
    return later;
  }

 private:
  [[nodiscard]] batch part(std::size_t from, std::size_t to) const {
    std::size_t bytes = 0;
    for (std::size_t i = from; i < to; ++i) bytes += events_[i].size;
    batch made;
    made.events_.reserve(to - from);
    made.messages_.reserve(bytes);
    for (std::size_t i = from; i < to; ++i) made.add(events_[i].unix_nano, message(events_[i]));
    return made;
  }

  std::string messages_;
  std::vector<event> events_;
};

}  // namespace sonde::cloudwatch
