// SPDX-License-Identifier: MIT
#pragma once

// The slot of an exporter that makes requests: batches by count, bytes and age, a bounded queue, one request under way,
// retries within a time limit, and a place in the ledger for every record whatever comes of it.

#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include <sonde/context/entropy.hpp>
#include <sonde/pipeline/loss_lines.hpp>
#include <sonde/pipeline/retry.hpp>
#include <sonde/pipeline/slot.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

template <request_exporter Exporter>
class request_slot final : public slot {
  using transport_type = typename Exporter::transport;

 public:
  request_slot(Exporter exporter, const diagnostics& out, record::record_reader reader,
               std::shared_ptr<transport_type> transport)
      : slot{out}, exporter_{std::move(exporter)}, reader_{std::move(reader)}, transport_{std::move(transport)} {}

  void open(setup& at_start, const std::string& service) override {
    usable_ = open_exporter(exporter_, at_start, service, stats_, out_);
    limits_ = exporter_.limits();
  }

  void take(const record::record_run& run, steady_time now) noexcept override {
    if (!usable_) return dropped({run.spans, run.logs}, drop_reason::not_configured);
    for (std::size_t at = 0; at < run.size;) {
      const record::record_view record{run.data + at, run.thread};
      at += record.size();
      take(record, now);
    }
  }

  void advance(steady_time now, bool flushing) noexcept override {
    if (batch_count() != 0 && (flushing || now - batch_begun_ >= limits_.age)) close_batch(now);
    if (under_way_ || waiting_.empty()) return;
    if (now >= waiting_.front().next_attempt) send(now);
  }
  [[nodiscard]] bool idle() const noexcept override { return batch_count() == 0 && waiting_.empty(); }
  [[nodiscard]] steady_time due() const noexcept override {
    steady_time soonest = steady_time::max();
    if (batch_count() != 0) soonest = batch_begun_ + limits_.age;
    if (!waiting_.empty() && !under_way_) soonest = std::min(soonest, waiting_.front().next_attempt);
    return soonest;
  }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept override { return limits_.age; }
  void give_up() noexcept override {
    forget(batch_, drop_reason::session_ended);
    batch_ = {};
    for (; !waiting_.empty(); waiting_.pop_front()) forget(waiting_.front().records, drop_reason::session_ended);
    ++generation_;  // a reply that still comes is nobody's
    under_way_ = false;
  }
  void abandon() noexcept override {
    if constexpr (requires { transport_->abandon(); }) transport_->abandon();
  }

 private:
  /// A closed batch on its way to the backend.
  struct delivery {
    transport::request request;
    tally records;
    steady_time begun;
    steady_time next_attempt;
    std::uint32_t attempts = 0;
  };

  [[nodiscard]] std::uint64_t batch_count() const noexcept { return batch_.spans + batch_.logs; }
  void forget(tally some, drop_reason why) noexcept {
    settled(some);
    dropped(some, why);
  }

  void take(record::record_view record, steady_time now) noexcept {
    const bool is_span = record.header().type == record::record_type::span;
    const tally one{is_span ? 1u : 0u, is_span ? 0u : 1u};
    if (!is_span && !takes_log_requests) return dropped(one, drop_reason::unsupported);
    if (stats_.spans.queued + stats_.logs.queued >= limits_.queue_count ||
        waiting_bytes_ + exporter_.encoded_size() >= limits_.queue_bytes)
      return dropped(one, drop_reason::queue_full);
    if (batch_count() == 0) batch_begun_ = now;
    try {
      if (!is_span) {
        if constexpr (takes_log_requests) encode(reader_.log(record));
      } else if (!encode_plain(record)) {
        encode(reader_.span(record));
      }
    } catch (...) {
      return dropped(one, drop_reason::no_memory);
    }
    queued(one);
    batch_.spans += one.spans;
    batch_.logs += one.logs;
    if (batch_count() >= limits_.count || exporter_.encoded_size() >= limits_.bytes) close_batch(now);
  }

  /// True where the exporter could encode the span without a view of it; then nothing of it was cut.
  [[nodiscard]] bool encode_plain(record::record_view record) {
    if constexpr (requires { exporter_.encode_plain(record, reader_); })
      return exporter_.encode_plain(record, reader_);
    else
      return false;
  }
  template <class View>
  void encode(const View& view) {
    exporter_.encode(view);
    count_cut(view);
  }

  void close_batch(steady_time now) noexcept {
    const tally records = std::exchange(batch_, {});
    try {
      transport::request request = exporter_.seal();
      request.timeout = limits_.timeout;
      const std::size_t bytes = request.body.size();
      waiting_.push_back({std::move(request), records, now, now});
      waiting_bytes_ += bytes;
    } catch (...) {
      forget(records, drop_reason::no_memory);
    }
  }

  void send(steady_time now) noexcept {
    delivery& first = waiting_.front();
    if (first.attempts == 0) first.begun = now;
    ++first.attempts;
    try {
      transport::request copy = first.request;
      if (limits_.timeout.count() != 0) copy.timeout = std::max(remaining(first, now), std::chrono::milliseconds{1});
      under_way_ = true;
      transport_->send(std::move(copy), [this, sent = generation_](transport::response reply) {
        if (sent == generation_) receive(reply);
      });
    } catch (...) {
      under_way_ = false;
      finish(drop_reason::no_memory);
    }
  }
  [[nodiscard]] std::chrono::milliseconds remaining(const delivery& some, steady_time now) const noexcept {
    return limits_.timeout - std::chrono::duration_cast<std::chrono::milliseconds>(now - some.begun);
  }

  void receive(const transport::response& reply) {
    const steady_time now = std::chrono::steady_clock::now();
    under_way_ = false;
    delivery& first = waiting_.front();
    verdict judged = exporter_.judge(reply);
    if (judged.result == verdict::outcome::accepted) {
      const std::uint64_t refused = std::min(judged.rejected, first.records.spans);
      settled(first.records);
      exported({first.records.spans - refused, first.records.logs});
      dropped({refused, 0}, drop_reason::rejected);
      if (refused != 0 || !judged.sentence.empty())
        report_failure(judged.sentence, now);
      else
        report_success(told(first.records));
      return pop();
    }
    if (judged.result == verdict::outcome::refused) {
      report_failure(judged.sentence, now);
      return finish(drop_reason::rejected);
    }
    const auto wait = backoff_.delay(first.attempts, judged.retry_after);
    const bool in_time = limits_.timeout.count() == 0 || wait < remaining(first, now);
    if (!in_time) {
      report_failure(judged.sentence + "; gave up after " + counted(first.attempts, "attempt") + ": " +
                         told(first.records) + " lost",
                     now);
      return finish(drop_reason::retries_exhausted);
    }
    report_trouble(judged.sentence + "; will retry", now);
    first.next_attempt = now + wait;
  }
  [[nodiscard]] static std::string told(tally some) {
    std::string text = some.spans != 0 || some.logs == 0 ? counted(some.spans, "span") : std::string{};
    if (some.logs != 0) text += (text.empty() ? "" : " and ") + counted(some.logs, "log record");
    return text;
  }
  void finish(drop_reason why) noexcept {
    forget(waiting_.front().records, why);
    pop();
  }
  void pop() noexcept {
    waiting_bytes_ -= waiting_.front().request.body.size();
    waiting_.pop_front();
  }

  static constexpr bool takes_log_requests = requires(Exporter& e, const record::log_view& log) { e.encode(log); };

  Exporter exporter_;
  record::record_reader reader_;
  std::shared_ptr<transport_type> transport_;
  batch_limits limits_;
  backoff backoff_{context::seeded_id_source()};
  bool usable_ = false;
  bool under_way_ = false;
  std::uint64_t generation_ = 0;
  tally batch_;
  steady_time batch_begun_{};
  std::deque<delivery> waiting_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace sonde::pipeline
