// SPDX-License-Identifier: MIT
#pragma once

// The slot of an exporter that makes requests: a queue for each of its lanes, one page of the ledger for all.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <sonde/pipeline/request_queue.hpp>
#include <sonde/pipeline/slot.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

/// References to them: the exporter's `lanes()`, or itself.
template <request_exporter Exporter>
[[nodiscard]] auto lanes_of(Exporter& exporter) {
  if constexpr (requires { exporter.lanes(); })
    return exporter.lanes();
  else
    return std::tuple<Exporter&>{exporter};
}

/// A queue for each of some lanes. Queues stay where they are made.
template <class Lanes, class Transport>
struct queues_for;
template <class... Lane, class Transport>
struct queues_for<std::tuple<Lane&...>, Transport> {
  using type = std::tuple<request_queue<Lane, Transport>...>;

  [[nodiscard]] static type make(const std::tuple<Lane&...>& lanes, account& ledger, record::record_reader& reader,
                                 Transport& transport, const diagnostics& out) {
    return type{queue_surroundings<Lane, Transport>{std::get<Lane&>(lanes), ledger, reader, transport, out}...};
  }
};

template <request_exporter Exporter>
class request_slot final : public slot {
  using transport_type = typename Exporter::transport;

 public:
  request_slot(Exporter exporter, const diagnostics& out, record::record_reader reader,
               std::shared_ptr<transport_type> transport)
      : slot{out}, exporter_{std::move(exporter)}, reader_{std::move(reader)}, transport_{std::move(transport)} {}

  void open(setup& at_start, const std::string& service) override {
    usable_ = open_exporter(exporter_, at_start, service);
    if (usable_) each_queue([&](auto& queue) { queue.open(stats().name, std::tuple_size_v<typename queues::type> == 1); });
  }

  void take(const record::record_run& run, steady_time now) noexcept override {
    if (!usable_) return account_.dropped({run.spans, run.logs}, drop_reason::not_configured);
    for (std::size_t at = 0; at < run.size;) {
      const record::record_view record{run.data + at, run.thread};
      at += record.size();
      const tally one = one_of(record);
      bool taken = false;
      each_queue([&]<class Queue>(Queue& queue) {
        if (taken || !Queue::has_place_for(one)) return;
        taken = true;
        queue.take(record, one, now);
      });
      if (!taken) account_.dropped(one, of_other_signals());
    }
  }

  void advance(steady_time now, bool flushing) noexcept override {
    if (usable_) each_queue([&](auto& queue) { queue.advance(now, flushing); });
  }
  [[nodiscard]] bool idle() const noexcept override {
    return std::apply([](const auto&... queue) { return (queue.idle() && ...); }, queues_);
  }
  [[nodiscard]] steady_time due() const noexcept override {
    if (!usable_) return steady_time::max();
    return std::apply([](const auto&... queue) { return std::min({queue.due()...}); }, queues_);
  }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept override {
    return std::apply([](const auto&... queue) { return std::min({queue.patience()...}); }, queues_);
  }
  void give_up() noexcept override {
    each_queue([](auto& queue) { queue.give_up(); });
  }
  void abandon() noexcept override {
    if constexpr (requires { transport_->abandon(); }) transport_->abandon();
  }

 private:
  /// Of records that no lane has a place for.
  [[nodiscard]] static constexpr drop_reason of_other_signals() noexcept {
    if constexpr (requires { Exporter::of_other_signals; }) return Exporter::of_other_signals;
    return drop_reason::unsupported;
  }
  template <class Use>
  void each_queue(Use use) {
    std::apply([&](auto&... queue) { (use(queue), ...); }, queues_);
  }
  using queues = queues_for<decltype(lanes_of(std::declval<Exporter&>())), transport_type>;

  Exporter exporter_;
  record::record_reader reader_;
  std::shared_ptr<transport_type> transport_;
  typename queues::type queues_{queues::make(lanes_of(exporter_), account_, reader_, *transport_, out_)};
  bool usable_ = false;
};

}  // namespace sonde::pipeline
