// SPDX-License-Identifier: MIT
#pragma once

// Closed batches on their way to a backend, in order, and how much room they take together. Used by request_queue.hpp.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>

#include <sonde/pipeline/tally.hpp>

namespace sonde::pipeline {

template <class Batch>
struct delivery {
  using time_point = std::chrono::steady_clock::time_point;

  Batch content;
  tally records;
  std::size_t bytes;
  time_point next_attempt{};
  time_point begun{};
  std::uint32_t attempts = 0;
  bool under_way = false;
};

/// Places stay good until what stands there is removed.
template <class Batch>
class delivery_list {
 public:
  using place = typename std::list<delivery<Batch>>::iterator;

  [[nodiscard]] bool empty() const noexcept { return held_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] tally records() const noexcept { return records_; }
  [[nodiscard]] place begin() noexcept { return held_.begin(); }
  [[nodiscard]] place end() noexcept { return held_.end(); }
  [[nodiscard]] auto begin() const noexcept { return held_.begin(); }
  [[nodiscard]] auto end() const noexcept { return held_.end(); }

  /// Throws std::bad_alloc.
  place add(place before, Batch content, tally records, std::size_t bytes) {
    const place added = held_.insert(before, {std::move(content), records, bytes});
    bytes_ += bytes;
    records_ += records;
    return added;
  }
  /// Returns the one behind it.
  place remove(place what) noexcept {
    bytes_ -= what->bytes;
    records_ -= what->records;
    return held_.erase(what);
  }
  /// Some of its records have gone elsewhere.
  void shrink(place what, tally gone, std::size_t bytes_left) noexcept {
    bytes_ -= what->bytes - bytes_left;
    records_ -= gone;
    what->bytes = bytes_left;
    what->records -= gone;
  }
  void clear() noexcept {
    held_.clear();
    bytes_ = 0;
    records_ = {};
  }

 private:
  std::list<delivery<Batch>> held_;
  std::size_t bytes_ = 0;
  tally records_;
};

}  // namespace sonde::pipeline
