// SPDX-License-Identifier: MIT
#pragma once

// How records become a lane's batches: encoded as they come, closed by count, bytes or age. Used by request_queue.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <sonde/pipeline/account.hpp>
#include <sonde/pipeline/delivery_list.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

template <class Lane>
class batch_intake {
 public:
  using batch = typename Lane::batch;
  using time_point = std::chrono::steady_clock::time_point;

  batch_intake(Lane& lane, account& ledger, record::record_reader& reader, const batch_limits& limits) noexcept
      : lane_{lane}, ledger_{ledger}, reader_{reader}, limits_{limits} {}

  [[nodiscard]] static constexpr bool has_place_for(tally one) noexcept {
    return one.spans != 0 ? encodes_spans<Lane> : encodes_logs<Lane>;
  }
  /// Whether `next` now has a batch. `waiting` are those that were closed before.
  [[nodiscard]] bool take(record::record_view record, tally one, time_point now, const delivery_list<batch>& waiting) noexcept {
    const std::size_t before = lane_.encoded_size();
    if (held_.records() + waiting.records().records() >= limits_.queue_count || waiting.bytes() + before >= limits_.queue_bytes) {
      ledger_.dropped(one, drop_reason::queue_full);
      return false;
    }
    if (held_.records() == 0) since_ = now;
    try {
      encode(record, one);
    } catch (...) {
      ledger_.dropped(one, drop_reason::no_memory);
      return false;
    }
    ledger_.queued(one);
    held_ += one;
    const std::size_t size = lane_.encoded_size();
    largest_ = std::max(largest_, size - before);
    full_ = held_.records() >= limits_.count || size + largest_ > limits_.bytes;
    return full_;
  }
  [[nodiscard]] std::optional<released<batch>> next(time_point now, bool flushing, std::size_t /*room*/) noexcept {
    if (held_.records() == 0 || !(full_ || flushing || now - since_ >= limits_.age)) return std::nullopt;
    released<batch> closed;
    closed.bytes = lane_.encoded_size();
    closed.records = forget();
    try {
      closed.content = lane_.take_batch();
    } catch (...) {
      closed.lost_as = drop_reason::no_memory;
    }
    return closed;
  }

  /// Queued here.
  [[nodiscard]] tally held() const noexcept { return held_; }
  /// Returns what was held.
  tally forget() noexcept {
    full_ = false;
    largest_ = 0;
    return std::exchange(held_, {});
  }
  /// When `next` will have a batch at the latest.
  [[nodiscard]] time_point due() const noexcept {
    return held_.records() != 0 ? since_ + limits_.age : time_point::max();
  }

 private:
  /// The view of a span is made only where the lane cannot do without.
  void encode(record::record_view record, tally one) {
    if constexpr (encodes_spans<Lane>) {
      if (one.spans != 0) {
        if constexpr (requires { lane_.encode_plain(record, reader_); })
          if (lane_.encode_plain(record, reader_)) return;
        return encode(reader_.span(record));
      }
    }
    if constexpr (encodes_logs<Lane>) encode(reader_.log(record));
  }
  template <class View>
  void encode(const View& view) {
    if constexpr (std::is_void_v<decltype(lane_.encode(view))>)
      lane_.encode(view);
    else
      ledger_.count_cut(view, lane_.encode(view));
    ledger_.count_cut(view);
  }

  Lane& lane_;
  account& ledger_;
  record::record_reader& reader_;
  const batch_limits& limits_;
  tally held_;  // in the lane's open batch
  time_point since_{};
  std::size_t largest_ = 0;  // record in it
  bool full_ = false;
};

}  // namespace sonde::pipeline
