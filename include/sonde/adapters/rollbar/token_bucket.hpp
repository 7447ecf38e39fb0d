// SPDX-License-Identifier: MIT
#pragma once

// How many items may go out: so many at once, and as many a minute. Protects the account from a loop that fails. Used by lane.hpp.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sonde::rollbar {

class token_bucket {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  token_bucket() = default;
  /// 0: no limit.
  explicit token_bucket(std::uint32_t per_minute) noexcept : size_{static_cast<double>(per_minute)}, tokens_{size_} {}

  [[nodiscard]] bool take(time_point now) noexcept {
    if (size_ < 1) return true;
    if (last_ != time_point{}) {
      const double minutes = std::chrono::duration<double, std::ratio<60>>(now - last_).count();
      tokens_ = std::min(size_, tokens_ + std::max(minutes, 0.0) * size_);
    }
    last_ = now;
    if (tokens_ >= size_) told_ = ran_dry_ = false;
    if (tokens_ < 1) {
      ran_dry_ = true;
      return false;
    }
    tokens_ -= 1;
    return true;
  }
  /// True once after it ran dry, and again only when it has been full in between.
  [[nodiscard]] bool is_news() noexcept {
    if (!ran_dry_ || told_) return false;
    return told_ = true;
  }

 private:
  double size_ = 0;
  double tokens_ = 0;
  time_point last_{};
  bool ran_dry_ = false;
  bool told_ = false;
};

}  // namespace sonde::rollbar
