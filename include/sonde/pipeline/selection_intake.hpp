// SPDX-License-Identifier: MIT
#pragma once

// How records become requests where the lane selects: shown to it one by one, held by it, released when it likes. Used by
// request_queue.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <sonde/pipeline/account.hpp>
#include <sonde/pipeline/delivery_list.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

template <class Lane>
class selection_intake {
 public:
  using batch = typename Lane::batch;
  using time_point = std::chrono::steady_clock::time_point;

  selection_intake(Lane& lane, account& ledger, record::record_reader& reader, const batch_limits&) noexcept
      : lane_{lane}, ledger_{ledger}, reader_{reader} {}

  [[nodiscard]] static constexpr bool has_place_for(tally) noexcept { return true; }

  /// Never at once: what the lane holds waits for `next`.
  [[nodiscard]] bool take(record::record_view record, tally one, time_point now, const delivery_list<batch>&) noexcept {
    std::optional<drop_reason> why = drop_reason::no_memory;
    try {
      why = one.spans != 0 ? show(reader_.span(record), now) : show(reader_.log(record), now);
    } catch (...) {
    }
    if (why) {
      ledger_.dropped(one, *why);
    } else {
      ledger_.queued(one);
      held_ += one;
    }
    return false;
  }
  /// `room`: bytes there are in the queue. Where memory is scarce, what is held stays so for a while.
  [[nodiscard]] std::optional<released<batch>> next(time_point now, bool flushing, std::size_t room) noexcept {
    try {
      std::optional<released<batch>> made = lane_.release(now, flushing);
      if (!made) return std::nullopt;
      held_ -= made->records;
      if (!made->lost_as && made->bytes > room) made->lost_as = drop_reason::queue_full;
      return made;
    } catch (...) {
      not_before_ = now + pause;
      return std::nullopt;
    }
  }

  [[nodiscard]] tally held() const noexcept { return held_; }
  tally forget() noexcept { return std::exchange(held_, {}); }
  [[nodiscard]] time_point due() const noexcept { return std::max(lane_.release_due(), not_before_); }

 private:
  static constexpr std::chrono::milliseconds pause{100};

  template <class View>
  [[nodiscard]] std::optional<drop_reason> show(const View& view, time_point now) {
    ledger_.count_cut(view);
    return lane_.consider(view, now);
  }

  Lane& lane_;
  account& ledger_;
  record::record_reader& reader_;
  tally held_;
  time_point not_before_{};
};

}  // namespace sonde::pipeline
