// SPDX-License-Identifier: MIT
#pragma once

// What a lane must ask before its requests can be made, like credentials, one request at a time. Used by request_queue.hpp.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <sonde/transport/request.hpp>

namespace sonde::pipeline {

/// Empty work for a lane that has none. Stays in its place.
template <class Lane, class Transport>
class errands {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  errands(Lane& lane, Transport& transport) noexcept : lane_{lane}, transport_{transport} {}
  errands(const errands&) = delete;
  errands& operator=(const errands&) = delete;

  /// Whether requests can be made; sees to it that they can be.
  [[nodiscard]] bool ready([[maybe_unused]] time_point now) noexcept {
    if constexpr (any) {
      run(now);
      ready_ = lane_.ready(now);
    }
    return ready_;
  }
  /// Why not, if something went wrong.
  [[nodiscard]] std::string obstacle() const {
    if constexpr (any) return lane_.obstacle();
    return {};
  }
  /// When to be asked again, where there is work to do at `work`.
  [[nodiscard]] time_point due(time_point work) const noexcept {
    if constexpr (any) {
      const time_point not_before = last_run_ + pause;
      if (!ready_) work = std::max(work, not_before);
      if (!under_way_) work = std::min(work, std::max(lane_.errand_due(), not_before));
    }
    return work;
  }
  /// A reply that still comes is nobody's.
  void forget() noexcept {
    ++generation_;
    under_way_ = false;
  }

 private:
  static constexpr bool any = requires(Lane& lane, time_point now) { lane.errand(now); };
  static constexpr std::chrono::milliseconds pause{10};

  void run(time_point now) noexcept {
    last_run_ = now;
    if (under_way_) return;
    try {
      auto wanted = lane_.errand(now);
      if (!wanted) return;
      under_way_ = true;
      transport_.send(std::move(*wanted), [this, sent = generation_](const transport::response& reply) {
        if (sent != generation_) return;
        under_way_ = false;
        lane_.errand_done(reply, std::chrono::steady_clock::now());
      });
    } catch (...) {
      under_way_ = false;  // no memory: asked again
    }
  }

  Lane& lane_;
  Transport& transport_;
  std::uint64_t generation_ = 0;
  bool under_way_ = false;
  bool ready_ = true;  // when last asked
  time_point last_run_{};
};

}  // namespace sonde::pipeline
