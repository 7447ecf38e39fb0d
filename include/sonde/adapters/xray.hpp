// SPDX-License-Identifier: MIT
#pragma once

// Spans to AWS X-Ray, as segment documents for its daemon. Included by main alone: `sonde::xray::exporter{}` takes address
// and name from AWS_XRAY_*.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/config.hpp>
#include <sonde/adapters/xray/document/open_segments.hpp>
#include <sonde/adapters/xray/document/trace_store.hpp>
#include <sonde/adapters/xray/document/writer.hpp>
#include <sonde/adapters/xray/plugins.hpp>
#include <sonde/adapters/xray/sampler.hpp>
#include <sonde/adapters/xray/settings.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/pipeline/part.hpp>
#include <sonde/record/drop_reason.hpp>
#include <sonde/transport/datagram_queue.hpp>
#include <sonde/transport/http.hpp>

namespace sonde::xray {

/// Takes spans alone. Keeps what has ended until its segment has, then sends one document, or several where that would be
/// too long.
class exporter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr drop_reason of_other_signals = drop_reason::unwanted;
  static constexpr bool wants_timed_trace_ids = true;
  static constexpr bool tells_roles_apart = true;  // annotations, and the namespaces of metadata

  exporter() = default;
  /// What `given` leaves out comes from the environment. Nothing is read before the session starts.
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "xray"; }

  /// X-Ray's sampling rules, for all exporters, where the config or OTEL_TRACES_SAMPLER=xray asks for them.
  using asks_through = transport::http;
  [[nodiscard]] std::optional<pipeline::brought_sampler> bring_sampler(pipeline::setup& at_start) {
    if (!asks_for_rules(given_, at_start)) return std::nullopt;
    where_ = read_surroundings(given_.plugins, at_start);
    return sampler{sampling_of(given_, where_->origin)}.bring_sampler(at_start);
  }
  /// Throws pipeline::setup_error where the daemon's address is none.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    used_ = read_settings(given_, at_start);
    if (!used_.enabled) return "nothing, switched off by AWS_XRAY_SDK_ENABLED";
    if (!where_) where_ = read_surroundings(given_.plugins, at_start);
    const surroundings& where = *where_;
    writer_.emplace(share(given_, used_, where, at_start.resource));
    traces_.set_streaming_threshold(given_.streaming_threshold);
    open_.announce_after(where.facade ? std::chrono::milliseconds{0} : given_.in_progress_after);
    most_kept_ = at_start.queue_bytes / 2;
    queue_.open(used_.daemon.udp, at_start.queue_bytes - most_kept_);
    return destination();
  }

  void opened(const record::span_view& begun) {
    if (!writer_ || !open_.wanted()) return;
    scratch_.truncate(0);
    document_text header{scratch_};
    header.raw(datagram_header);
    header.commit();
    writer_->write_in_progress(scratch_, begun);
    open_.add(word_of(begun.header.span_id), scratch_.bytes(), now_);
  }

  /// True: what becomes of it is told in take_settled(). Throws std::bad_alloc, nothing kept.
  [[nodiscard]] bool write(const record::span_view& span) {
    if (!writer_) {
      ++lost(drop_reason::unwanted);
      return true;
    }
    const bool segment = writer_->is_segment(span);
    if (segment) open_.close(word_of(span.header.span_id));
    local_trace& trace = traces_.of(span.header.trace_id);
    scratch_.truncate(0);
    if (writer_->write(scratch_, span, longest_members, trace.travelling)) ++cut_;
    trace.add(span.header, segment, scratch_.bytes());
    traces_.added(segment, now_);
    if (traces_.bytes() > most_kept_) hand_over(true);
    return true;
  }

  void advance(time_point now, bool flushing) {
    if (!writer_) return;
    now_ = now;
    hand_over(flushing);
    open_.advance(now, [this](std::string_view datagram) { send(datagram, 0); });
    queue_.advance(now, flushing);
    const transport::datagrams_settled known = queue_.take_settled();
    sent_ += known.sent;
    lost(drop_reason::too_large) += known.too_large;
    lost(drop_reason::retries_exhausted) += known.not_reached;
  }
  void close() {
    if (!writer_) return;
    hand_over(true);
    queue_.advance(now_, true);
    sent_ += queue_.take_settled().sent;
    lost(drop_reason::session_ended) += queue_.close();
    sent_ += queue_.take_settled().sent;
  }

  [[nodiscard]] bool idle() const noexcept { return traces_.empty() && queue_.empty(); }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept {
    if (queue_.waits()) return std::chrono::milliseconds{0};
    if (!queue_.empty()) return std::chrono::milliseconds{queue_.obstacle().empty() ? 1 : 50};
    return std::chrono::milliseconds{traces_.empty() ? 1000 : 10};
  }

  /// One reason at a time.
  [[nodiscard]] pipeline::settlement take_settled() noexcept {
    pipeline::settlement known{{std::exchange(sent_, 0), 0}, {}, {}, std::exchange(cut_, 0)};
    for (std::size_t i = 0; i < lost_.size() && known.lost.spans == 0; ++i) {
      known.lost.spans = std::exchange(lost_[i], 0);
      known.lost_as = static_cast<drop_reason>(i);
    }
    if (known.lost.spans != 0) last_lost_as_ = known.lost_as;
    return known;
  }
  /// Why spans were lost.
  [[nodiscard]] std::string failure() const {
    switch (last_lost_as_) {
      case drop_reason::queue_full: return "documents for " + daemon() + " are made faster than they are sent";
      case drop_reason::too_large: return "documents too large for the network to " + daemon() + " are lost";
      case drop_reason::no_memory: return "documents are lost for want of memory";
      default: return "documents are lost: nobody took them at " + daemon();
    }
  }
  /// What keeps documents from being sent, told once.
  [[nodiscard]] std::string trouble() {
    const bool stuck = !queue_.obstacle().empty();
    if (std::exchange(stuck_, stuck) || !stuck) return {};
    return complaint() + "; documents wait for " + std::to_string(transport::datagram_queue::longest_wait.count()) + " s";
  }

 private:
  [[nodiscard]] std::uint64_t& lost(drop_reason why) noexcept { return lost_[static_cast<std::size_t>(why)]; }

  void hand_over(bool everything) {
    traces_.advance(now_, everything, [this](std::string_view datagram, std::uint64_t spans) { send(datagram, spans); });
  }
  void send(std::string_view datagram, std::uint64_t spans) {
    if (!datagram.empty() && !queue_.has_room_for(datagram.size())) {
      lost(drop_reason::queue_full) += spans;
      return;
    }
    try {
      if (datagram.empty()) throw std::bad_alloc{};
      queue_.add(datagram, spans, now_);
    } catch (...) {
      lost(drop_reason::no_memory) += spans;
    }
  }
  /// `udp 127.0.0.1:2000 (default)`
  [[nodiscard]] std::string daemon() const { return "udp " + used_.daemon.udp.shown() + " (" + used_.daemon_source + ")"; }
  [[nodiscard]] std::string complaint() const {
    const std::string why = queue_.obstacle().empty() ? std::string{"no answer"} : queue_.obstacle();
    if (!queue_.has_address())
      return "the daemon's address " + daemon() + " is not found: " + why + "; correct AWS_XRAY_DAEMON_ADDRESS";
    return "no X-Ray daemon at " + daemon() + ": " + why + "; start it there, or set AWS_XRAY_DAEMON_ADDRESS";
  }
  /// For the start-up line.
  [[nodiscard]] std::string destination() const {
    const segment_names& names = writer_->names();
    std::string told = "segments named ";
    if (!names.pattern().empty()) told += "after hosts like '" + names.pattern() + "', else ";
    return told + "'" + names.fixed() + "' to " + daemon();
  }

  config given_;
  settings used_;
  std::optional<surroundings> where_;
  std::optional<document_writer> writer_;  // from open() on, unless switched off
  trace_store traces_;
  open_segments open_;
  transport::datagram_queue queue_;
  otlp::byte_buffer scratch_;
  std::size_t most_kept_ = 0;
  time_point now_ = std::chrono::steady_clock::now();
  std::uint64_t sent_ = 0;
  std::uint64_t cut_ = 0;
  std::array<std::uint64_t, drop_reasons> lost_{};
  drop_reason last_lost_as_ = drop_reason::rejected;
  bool stuck_ = false;
};

static_assert(pipeline::sink<exporter>);
static_assert(pipeline::brings_sampler<exporter>);

}  // namespace sonde::xray
