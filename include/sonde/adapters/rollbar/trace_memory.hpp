// SPDX-License-Identifier: MIT
#pragma once

// What is remembered of traces, in case an occurrence comes: breadcrumbs, the request, the person, spans an exception left.
// Bounded for all of them together; the trace that was quiet for longest goes first. Used by lane.hpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sonde/adapters/rollbar/breadcrumb.hpp>
#include <sonde/adapters/rollbar/request_data.hpp>
#include <sonde/context/trace_id.hpp>
#include <sonde/context/trace_id_hash.hpp>
#include <sonde/encoding/json_text.hpp>

namespace sonde::rollbar {

/// A span that an exception left, as a frame.
struct unwound_span {
  sonde::span_id id{};
  std::string exception{};  // its type, empty where nobody knew
  json frame{};
  std::size_t size = 0;  // about; trace_memory fills it in
};

struct remembered_trace {
  sonde::trace_id id{};
  std::deque<breadcrumb> telemetry{};
  request_data request{};
  person_data person{};
  std::string root_name{};
  std::string title{};
  std::string fingerprint{};
  std::vector<unwound_span> unwound{};  // innermost first
  std::vector<std::size_t> reported{};  // exceptions of which there was an occurrence, by exception_hash
  std::int64_t reported_at = 0;         // the last of these, in nanoseconds since 1970
  bool left_anew = false;               // an exception left a span that was begun after it: that is another one
  bool root_ended = false;
};

[[nodiscard]] inline std::size_t exception_hash(std::string_view type, std::string_view message) noexcept {
  return std::hash<std::string_view>{}(type) * 31 + std::hash<std::string_view>{}(message);
}

class trace_memory {
 public:
  static constexpr std::size_t most_traces = 1024;
  static constexpr std::size_t most_unwound = 32;  // of a trace
  static constexpr std::size_t most_unwound_bytes = std::size_t{4} << 20;
  static constexpr std::size_t most_reported = 16;

  trace_memory() = default;
  trace_memory(std::size_t telemetry_count, std::size_t telemetry_bytes)
      : most_telemetry_{telemetry_count}, most_bytes_{telemetry_bytes} {}

  /// Also of no trace: records outside of all spans share one. Good until the next call.
  [[nodiscard]] remembered_trace& at(const sonde::trace_id& id) {
    if (const auto found = places_.find(id); found != places_.end()) {
      traces_.splice(traces_.end(), traces_, found->second);
      return *found->second;
    }
    if (traces_.size() >= most_traces) forget_oldest();
    traces_.emplace_back().id = id;
    try {
      places_.emplace(id, std::prev(traces_.end()));
    } catch (...) {
      traces_.pop_back();
      throw;
    }
    return traces_.back();
  }
  /// Null where it is not remembered.
  [[nodiscard]] remembered_trace* find(const sonde::trace_id& id) noexcept {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &*found->second;
  }

  void add(remembered_trace& to, breadcrumb one) {
    if (most_telemetry_ == 0 || one.size() > most_bytes_) return;
    bytes_ += one.size();
    to.telemetry.push_back(std::move(one));
    if (to.telemetry.size() > most_telemetry_) drop_first(to);
    while (bytes_ > most_bytes_ && &traces_.front() != &to) forget_oldest();
    while (bytes_ > most_bytes_) drop_first(to);
  }
  void add(remembered_trace& to, unwound_span one) {
    if (to.unwound.size() >= most_unwound) return;
    one.size = sizeof one + one.exception.size() + encoding::json_text(one.frame).size();
    if (one.size > most_unwound_bytes) return;
    to.unwound.push_back(std::move(one));
    unwound_bytes_ += to.unwound.back().size;
    while (unwound_bytes_ > most_unwound_bytes && &traces_.front() != &to) forget_oldest();
    for (; unwound_bytes_ > most_unwound_bytes; to.unwound.pop_back()) unwound_bytes_ -= to.unwound.back().size;
  }
  void forget_unwound(remembered_trace& of) noexcept {
    for (const unwound_span& each : of.unwound) unwound_bytes_ -= each.size;
    of.unwound.clear();
  }
  static void add_reported(remembered_trace& to, std::size_t exception, std::int64_t unix_nano) {
    to.reported_at = unix_nano;
    to.left_anew = false;
    if (to.reported.size() >= most_reported) to.reported.erase(to.reported.begin());
    to.reported.push_back(exception);
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t unwound_bytes() const noexcept { return unwound_bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return traces_.size(); }

 private:
  void drop_first(remembered_trace& of) noexcept {
    bytes_ -= of.telemetry.front().size();
    of.telemetry.pop_front();
  }
  void forget_oldest() noexcept {
    for (const breadcrumb& each : traces_.front().telemetry) bytes_ -= each.size();
    forget_unwound(traces_.front());
    places_.erase(traces_.front().id);
    traces_.pop_front();
  }

  std::size_t most_telemetry_ = 0;
  std::size_t most_bytes_ = 0;
  std::size_t bytes_ = 0;
  std::size_t unwound_bytes_ = 0;
  std::list<remembered_trace> traces_;  // the one touched last at the end
  std::unordered_map<sonde::trace_id, std::list<remembered_trace>::iterator, context::trace_id_hash> places_;
};

}  // namespace sonde::rollbar
