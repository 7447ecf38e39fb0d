// SPDX-License-Identifier: MIT
#pragma once

// Segments that have begun and not ended, with the documents that announce them. Of those open for long one is sent, so that
// X-Ray shows what a program was at when it hung or died. Used by the exporter.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sonde::xray {

class open_segments {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t most = 16'384;

  /// 0: none is ever announced, and nothing kept.
  void announce_after(std::chrono::milliseconds age) noexcept { age_ = age; }
  [[nodiscard]] bool wanted() const noexcept { return age_ > age_.zero() && open_.size() < most; }

  void add(std::uint64_t id, std::string_view datagram, time_point now) {
    for (std::uint64_t& early : closed_early_)  // read from another thread's ring before its beginning was
      if (early == id) {
        early = 0;
        return;
      }
    if (spare_.empty()) {
      open_.try_emplace(id, open_segment{std::string{datagram}, now, false});
      return;
    }
    auto node = std::move(spare_.back());
    spare_.pop_back();
    node.key() = id;
    node.mapped().datagram = datagram;
    node.mapped().since = now;
    node.mapped().announced = false;
    open_.insert(std::move(node));
  }
  void close(std::uint64_t id) {
    if (age_ <= age_.zero()) return;
    if (const auto found = open_.find(id); found == open_.end())
      closed_early_[next_early_++ % closed_early_.size()] = id;
    else if (auto node = open_.extract(found); spare_.size() < most_spare)
      spare_.push_back(std::move(node));
  }

  /// `send(datagram)` for each that has been open for long enough, once.
  template <class Send>
  void advance(time_point now, Send send) {
    if (age_ <= age_.zero() || now < next_look_) return;
    next_look_ = now + std::min<std::chrono::milliseconds>(age_ / 8, std::chrono::seconds{1});
    for (auto& [id, each] : open_)
      if (!each.announced && now - each.since >= age_) {
        each.announced = true;
        send(std::string_view{each.datagram});
      }
  }

 private:
  static constexpr std::size_t most_spare = 256;

  struct open_segment {
    std::string datagram;
    time_point since;
    bool announced;
  };
  using segment_map = std::unordered_map<std::uint64_t, open_segment>;

  std::chrono::milliseconds age_{0};
  segment_map open_;
  std::vector<segment_map::node_type> spare_;
  std::array<std::uint64_t, 256> closed_early_{};
  std::size_t next_early_ = 0;
  time_point next_look_{};
};

}  // namespace sonde::xray
