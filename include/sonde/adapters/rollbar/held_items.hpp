// SPDX-License-Identifier: MIT
#pragma once

// Items that wait for the end of their request, for a report that tells more, or for others like them. Bounded. Used by lane.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <sonde/adapters/rollbar/scrubber.hpp>
#include <sonde/context/trace_id.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::rollbar {

struct held_item {
  using time_point = std::chrono::steady_clock::time_point;

  json payload{};
  std::size_t size = 0;         // about, as text
  pipeline::tally records{};    // that it stands for
  sonde::trace_id trace_id{};
  std::uint32_t thread = 0;     // 0: unknown
  std::size_t exception = 0;    // by exception_hash; 0: a message
  bool of_root = false;         // made of an ended trace, as nobody has reported yet
  std::size_t likeness = 0;     // equal for occurrences of the same
  bool gathers = false;         // later ones of its likeness
  time_point due{};
};

class held_items {
 public:
  using time_point = held_item::time_point;
  static constexpr std::size_t most = 256;
  static constexpr std::size_t most_likenesses = 512;

  held_items() = default;
  held_items(std::size_t most_bytes, std::chrono::milliseconds repeat_window)
      : most_bytes_{most_bytes}, window_{repeat_window} {}

  [[nodiscard]] bool has_room(std::size_t size) const noexcept { return items_.size() < most && bytes_ + size <= most_bytes_; }

  /// A repetition that another gathers needs no payload: in a storm of them none is made. False: it is to be added.
  [[nodiscard]] bool join(std::size_t likeness, const pipeline::tally& records, time_point now) noexcept {
    if (const auto window = seen_.find(likeness); window == seen_.end() || now >= window->second) return false;
    held_item* const gathering = find([=](const held_item& each) { return each.gathers && each.likeness == likeness; });
    if (gathering != nullptr) gathering->records += records;
    return gathering != nullptr;
  }
  /// A repetition within the window joins the one that gathers; everything else waits on its own. Throws std::bad_alloc; then
  /// it is as it was.
  void add(held_item one, time_point now) {
    if (repeats(one.likeness, now)) {
      if (join(one.likeness, one.records, now)) return;
      one.gathers = true;
      one.due = seen_[one.likeness];
    }
    const std::size_t size = one.size;
    items_.push_back(std::move(one));
    bytes_ += size;
  }

  /// `old` is one of those it holds: what is new tells more of the same.
  void replace(held_item& old, held_item fresh) noexcept {
    fresh.records += old.records;
    fresh.likeness = old.likeness;
    fresh.gathers = old.gathers;
    if (old.gathers) fresh.due = old.due;
    bytes_ += fresh.size - old.size;
    old = std::move(fresh);
  }

  /// The first that `which` says yes to; null where there is none.
  template <class Which>
  [[nodiscard]] held_item* find(Which which) noexcept {
    const auto found = std::find_if(items_.begin(), items_.end(), which);
    return found == items_.end() ? nullptr : &*found;
  }
  /// One of those it holds.
  [[nodiscard]] held_item take(held_item* one) noexcept {
    held_item taken = std::move(*one);
    const auto at = std::find_if(items_.begin(), items_.end(), [one](const held_item& each) { return &each == one; });
    bytes_ -= taken.size;
    items_.erase(at);
    return taken;
  }
  [[nodiscard]] std::optional<held_item> take_due(time_point now, bool all) noexcept {
    held_item* const next = find([&](const held_item& each) { return all || each.due <= now; });
    return next == nullptr ? std::nullopt : std::optional{take(next)};
  }
  /// The request they wait for has ended.
  void end_of(const sonde::trace_id& trace, time_point now) noexcept {
    for (held_item& each : items_)
      if (each.trace_id == trace && !each.of_root && !each.gathers) each.due = std::min(each.due, now);
  }

  [[nodiscard]] time_point due() const noexcept {
    time_point soonest = time_point::max();
    for (const held_item& each : items_) soonest = std::min(soonest, each.due);
    return soonest;
  }

 private:
  /// Whether one of its likeness came in the window that runs now; else a window begins.
  [[nodiscard]] bool repeats(std::size_t likeness, time_point now) {
    if (window_.count() <= 0) return false;
    if (seen_.size() >= most_likenesses) std::erase_if(seen_, [now](const auto& each) { return each.second <= now; });
    if (const auto found = seen_.find(likeness); found != seen_.end()) {
      if (now < found->second) return true;
      found->second = now + window_;
    } else if (seen_.size() < most_likenesses) {
      seen_.emplace(likeness, now + window_);
    }
    return false;
  }

  std::size_t most_bytes_ = 0;
  std::chrono::milliseconds window_{};
  std::list<held_item> items_;  // moving a deque allocates, and the exporter is moved into the session
  std::size_t bytes_ = 0;
  std::map<std::size_t, time_point> seen_;  // likeness, end of its window
};

}  // namespace sonde::rollbar
