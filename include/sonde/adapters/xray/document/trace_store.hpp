// SPDX-License-Identifier: MIT
#pragma once

// The local traces whose spans wait for their segments. Says when what is to be sent: a segment once all of it that ended
// is here, what cannot wait for its segment without it. Used by the exporter.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/document/local_trace.hpp>
#include <sonde/context/trace_id.hpp>
#include <sonde/context/trace_id_hash.hpp>

namespace sonde::xray {

class trace_store {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  /// What waits longer for its segment goes without it.
  static constexpr std::chrono::seconds longest_wait{5};

  void set_streaming_threshold(std::size_t threshold) noexcept { threshold_ = threshold; }

  /// Valid until the next call of anything else. Throws std::bad_alloc.
  [[nodiscard]] local_trace& of(const sonde::trace_id& id) {
    if (last_ == nullptr || !(last_id_ == id)) {
      last_ = &find_or_make(id);
      last_id_ = id;
      last_bytes_ = last_->trace.bytes();
    }
    return last_->trace;
  }
  /// A span was added to the trace last asked for.
  void added(bool segment, time_point now) noexcept {
    kept_trace& to = *last_;
    const std::size_t bytes = to.trace.bytes();
    bytes_ += bytes - std::exchange(last_bytes_, bytes);
    if (to.trace.count() == 1) to.since = now;
    if (segment) to.complete_after = pass_ + 1;
  }

  /// Of all traces.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool empty() const noexcept { return traces_.empty(); }

  /// The end of a pass over all threads' records. `send` as in local_trace.hpp.
  template <class Send>
  void advance(time_point now, bool flushing, Send send) {
    last_ = nullptr;
    for (auto at = traces_.begin(); at != traces_.end();) {
      kept_trace& each = at->second;
      const std::size_t before = each.trace.bytes();
      if (flushing || now - each.since >= longest_wait || (!each.trace.has_segment() && is_too_much(each.trace)))
        hand_over(each, local_trace::part::all, send);
      else if (each.trace.has_segment() && pass_ >= each.complete_after)
        hand_over(each, local_trace::part::segments, send);
      bytes_ -= before - each.trace.bytes();
      at = each.trace.count() == 0 ? put_away(at) : std::next(at);
    }
    ++pass_;
  }

 private:
  struct kept_trace {
    local_trace trace{};
    time_point since{};                // of its first span
    std::uint64_t complete_after = 0;  // a pass: then all that ended before its segment has been read, on whatever thread
  };
  using trace_map = std::unordered_map<sonde::trace_id, kept_trace, context::trace_id_hash>;
  static constexpr std::size_t most_spare = std::size_t{8} << 20;  // bytes

  [[nodiscard]] bool is_too_much(const local_trace& trace) const noexcept {
    return trace.count() > threshold_ || trace.bytes() > longest_datagram;
  }

  [[nodiscard]] kept_trace& find_or_make(const sonde::trace_id& id) {
    if (const auto found = traces_.find(id); found != traces_.end()) return found->second;
    if (spare_.empty()) {
      kept_trace& made = traces_[id];
      made.trace.begin(id);
      return made;
    }
    auto node = std::move(spare_.back());
    spare_.pop_back();
    spare_bytes_ -= sizeof(kept_trace) + node.mapped().trace.memory();
    node.key() = id;
    node.mapped().trace.begin(id);
    return traces_.insert(std::move(node)).position->second;
  }
  [[nodiscard]] trace_map::iterator put_away(trace_map::iterator at) {
    const auto next = std::next(at);
    auto node = traces_.extract(at);
    const std::size_t memory = sizeof(kept_trace) + node.mapped().trace.memory();
    if (spare_bytes_ + memory <= most_spare) {
      spare_.push_back(std::move(node));
      spare_bytes_ += memory;
    }
    return next;
  }

  template <class Send>
  void hand_over(kept_trace& from, local_trace::part what, Send send) {
    try {
      from.trace.send(what, threshold_, scratch_, send);
    } catch (...) {  // out of memory
      send(std::string_view{}, from.trace.count());
      from.trace.clear();
    }
  }

  trace_map traces_;
  std::vector<trace_map::node_type> spare_;  // of traces that are gone, with the memory they had
  std::size_t spare_bytes_ = 0;
  std::size_t threshold_ = 30;
  std::size_t bytes_ = 0;
  std::uint64_t pass_ = 0;
  kept_trace* last_ = nullptr;
  sonde::trace_id last_id_{};
  std::size_t last_bytes_ = 0;
  otlp::byte_buffer scratch_;
};

}  // namespace sonde::xray
