// SPDX-License-Identifier: MIT
#pragma once

// The embedded default: prints each trace as a tree once its local root has ended, logs inside the span they were
// written in. Made for people; its format may change.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <sonde/adapters/console/held_trace.hpp>
#include <sonde/adapters/console/look.hpp>
#include <sonde/adapters/console/output.hpp>
#include <sonde/adapters/console/tree.hpp>
#include <sonde/context/trace_id_hash.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::console {

struct config {
  int fd = STDERR_FILENO;
  std::optional<bool> colour{};                    // else: on a terminal, unless NO_COLOR or TERM=dumb
  std::optional<bool> utf8{};                      // else: as LC_ALL, LC_CTYPE or LANG say
  std::size_t width = 0;                           // in columns; 0: the terminal's, else 120
  std::chrono::milliseconds patience{100};         // how long a trace waits for spans that end after its local root
  std::size_t held_bytes = std::size_t{16} << 20;  // in all; then the oldest trace is printed as it is
};

class exporter {
 public:
  using clock = std::chrono::steady_clock;

  exporter() = default;
  explicit exporter(config wanted) noexcept : config_{wanted} {}

  [[nodiscard]] std::string_view name() const noexcept { return "console"; }

  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    const std::string stream = config_.fd == STDERR_FILENO   ? "standard error"
                               : config_.fd == STDOUT_FILENO ? "standard output"
                                                             : "file descriptor " + std::to_string(config_.fd);
    output_ = output{config_.fd};
    if (!output_.exists()) throw pipeline::setup_error{stream + " is closed; reopen it, or name another exporter"};
    look_ = choose_look(config_.fd, config_.colour, config_.utf8, config_.width, at_start.environment);
    return "trace trees to " + stream;
  }

  /// False while the stream does not take what was written before.
  bool write(const record::span_view& span) {
    if (refuses()) return false;
    held_span made = text_copier{look_.charset}.copy(span);
    const bool is_root = made.local_root;
    held_trace& trace = trace_of(span.header.trace_id);
    grow(trace, bytes_of(made));
    trace.spans.push_back(std::move(made));
    if (is_root) trace.has_root = true;
    if (is_root || trace.seen_before) wait_for_more(trace);
    shed();
    return true;
  }
  bool write(const record::log_view& log) {
    if (refuses()) return false;
    moment made = text_copier{look_.charset}.copy(log);
    // The trace of an unsampled span never comes.
    if (!log.header.span_id.valid() || (log.header.flags & record::sampled) == 0) {
      print_alone(made);
      return true;
    }
    held_trace& trace = trace_of(log.header.trace_id);
    grow(trace, bytes_of(made));
    trace.logs.push_back(std::move(made));
    if (trace.seen_before) wait_for_more(trace);
    shed();
    return true;
  }

  /// Prints the traces that have waited long enough; all complete ones where somebody flushes.
  void advance(clock::time_point now, bool flushing) noexcept {
    try {
      for (auto at = held_.begin(); at != held_.end();) {
        const auto each = at++;
        if (each->due == clock::time_point::max() || (each->due > now && !flushing)) continue;
        print(each, !each->seen_before ? "" : each->has_root ? "continued" : "late");
      }
    } catch (...) {  // no memory: what is held stays for the next time
    }
    send();
  }
  /// How soon records should arrive; also how often `advance` looks at what waits.
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return std::chrono::milliseconds{100}; }

  /// Prints what is left, whether its root has come or not.
  void close() noexcept {
    advance(clock::time_point::max(), true);
    try {
      while (!held_.empty())
        print(held_.begin(), held_.front().seen_before ? "late" : "incomplete: its root has not ended");
    } catch (...) {
    }
    send();
  }

  /// Of what was printed since the last call: whether the stream took it.
  [[nodiscard]] pipeline::settlement take_settled() noexcept { return std::exchange(settled_, {}); }
  /// Traces whose root has not ended are held until it has, or until the session ends.
  [[nodiscard]] bool idle() const noexcept {
    return text_.empty() && std::none_of(held_.begin(), held_.end(),
                                         [](const held_trace& each) { return each.due != clock::time_point::max(); });
  }

  [[nodiscard]] std::string failure() const {
    return std::string{"cannot print: "} + (output_.failure() != nullptr ? output_.failure() : "the stream failed");
  }

 private:
  using trace_list = std::list<held_trace>;  // oldest first
  static constexpr std::size_t remembered = 256;  // printed traces, to know late spans by
  static constexpr std::chrono::seconds retry_after{1};

  [[nodiscard]] held_trace& trace_of(const sonde::trace_id& id) {
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) return *found->second;
    held_trace& made = held_.emplace_back();
    made.trace_id = id;
    for (const sonde::trace_id& each : printed_) made.seen_before = made.seen_before || each == id;
    grow(made, sizeof made);
    by_id_.emplace(id, std::prev(held_.end()));
    return made;
  }
  void grow(held_trace& trace, std::size_t bytes) noexcept {
    trace.bytes += bytes;
    held_bytes_ += bytes;
  }
  void wait_for_more(held_trace& trace) noexcept {
    if (trace.due != clock::time_point::max()) return;
    trace.due = clock::now() + config_.patience;
  }

  /// Prints the oldest traces as they are while too much is held.
  void shed() {
    while (held_bytes_ > config_.held_bytes && !held_.empty())
      print(held_.begin(), held_.front().has_root ? "" : "incomplete: too much is waiting for its root");
  }

  void print(trace_list::iterator which, std::string_view remark) {
    text_ += tree{look_, *which}.draw(remark);
    text_ += '\n';
    in_text_.spans += which->spans.size();
    in_text_.logs += which->logs.size();
    if (printed_.size() == remembered) printed_.pop_front();
    printed_.push_back(which->trace_id);
    held_bytes_ -= which->bytes;
    by_id_.erase(which->trace_id);
    held_.erase(which);
    if (text_.size() > sent_at_once) send();
  }
  void print_alone(const moment& log) {
    line_builder line{text_, look_, 0};
    line.hang();
    line.put(colour::dim, moment_text(log.unix_nano) + "  ");
    line.log(log);
    line.pairs(log.attributes);
    line.end();
    ++in_text_.logs;
    if (text_.size() > sent_at_once) send();
  }

  static constexpr std::size_t sent_at_once = std::size_t{64} << 10;

  void send() noexcept {
    if (text_.empty()) return;
    const bool taken = output_.write(text_);
    if (!taken) retry_at_ = clock::now() + retry_after;
    pipeline::tally& fate = taken ? settled_.written : settled_.lost;
    fate.spans += in_text_.spans;
    fate.logs += in_text_.logs;
    in_text_ = {};
    text_.clear();
  }
  /// After a failure, for a while: so that what is lost is counted, and the next attempt does not wait again.
  [[nodiscard]] bool refuses() const noexcept { return output_.failure() != nullptr && clock::now() < retry_at_; }

  config config_;
  look look_;
  output output_;
  trace_list held_;
  std::unordered_map<sonde::trace_id, trace_list::iterator, context::trace_id_hash> by_id_;
  std::list<sonde::trace_id> printed_;  // moving a deque allocates, and start moves this
  std::string text_;
  pipeline::tally in_text_;
  pipeline::settlement settled_;
  std::size_t held_bytes_ = 0;
  clock::time_point retry_at_{};
};

}  // namespace sonde::console
