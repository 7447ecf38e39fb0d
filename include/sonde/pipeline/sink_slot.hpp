// SPDX-License-Identifier: MIT
#pragma once

// The slot of an exporter that keeps records itself: console, file, memory, null.

#include <chrono>
#include <utility>

#include <sonde/pipeline/outcome_lines.hpp>
#include <sonde/pipeline/part.hpp>
#include <sonde/pipeline/slot.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

template <class Exporter>
class sink_slot final : public slot {
 public:
  sink_slot(Exporter exporter, const diagnostics& out, record::record_reader reader)
      : slot{out}, exporter_{std::move(exporter)}, reader_{std::move(reader)}, lines_{out} {
    if constexpr (requires { Exporter::tells_roles_apart; }) reader_.tell_roles_apart();
  }

  void open(setup& at_start, const std::string& service) override {
    usable_ = open_exporter(exporter_, at_start, service);
    lines_.whose(stats().name);
  }

  void take(const record::record_run& run, steady_time now) noexcept override {
    const tally all{run.spans, run.logs};
    if (!usable_) return account_.dropped(all, drop_reason::not_configured);
    if constexpr (run_sink<Exporter>) {
      exporter_.write(run);
      account_.exported(all);
    } else {
      for (std::size_t at = 0; at < run.size;) {
        const record::record_view record{run.data + at, run.thread};
        at += record.size();
        write(record, now);
      }
      fresh_ = true;
    }
  }
  void hear([[maybe_unused]] record::record_view opening) noexcept override {
    if constexpr (hears_of_openings<Exporter>) {
      if (!usable_) return;
      try {
        exporter_.opened(reader_.span(opening));
      } catch (...) {  // out of memory: it hears of the span when that has ended
      }
    }
  }
  void advance([[maybe_unused]] steady_time now, [[maybe_unused]] bool flushing) noexcept override {
    try {
      if constexpr (requires { exporter_.advance(now, flushing); }) {
        exporter_.advance(now, flushing);
      } else if constexpr (requires { exporter_.flush(); }) {
        if (std::exchange(fresh_, false) || (flushing && !idle())) exporter_.flush();
      }
    } catch (...) {  // out of memory: what is not written stays queued
    }
    settle();
  }
  [[nodiscard]] bool idle() const noexcept override {
    if constexpr (requires { exporter_.idle(); }) return exporter_.idle();
    return stats().spans.queued == 0 && stats().logs.queued == 0;
  }
  [[nodiscard]] steady_time due() const noexcept override { return steady_time::max(); }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept override {
    if constexpr (requires { exporter_.patience(); }) return exporter_.patience();
    return std::chrono::milliseconds{1000};
  }
  void give_up() noexcept override {
    try {
      if constexpr (requires { exporter_.close(); }) exporter_.close();
    } catch (...) {
    }
    settle();
    const tally lost{stats().spans.queued, stats().logs.queued};
    account_.settled(lost);
    account_.dropped(lost, drop_reason::rejected);
  }
  void abandon() noexcept override {}

 private:
  static constexpr bool keeps_for_later = requires(Exporter& e) { e.take_settled(); };

  /// Of records it has no place for.
  [[nodiscard]] static constexpr drop_reason of_other_signals() noexcept {
    if constexpr (requires { Exporter::of_other_signals; }) return Exporter::of_other_signals;
    return drop_reason::unsupported;
  }

  void settle() noexcept {
    if constexpr (keeps_for_later) {
      for (;;) {
        const settlement known = exporter_.take_settled();
        account_.settled(known.written);
        account_.exported(known.written);
        account_.settled(known.lost);
        account_.dropped(known.lost, known.lost_as);
        account_.count_cut_spans(known.cut);
        if (known.lost.records() != 0 && known.lost_as != drop_reason::unwanted)
          tell_failure(std::chrono::steady_clock::now());
        if (known.written.records() + known.lost.records() + known.cut == 0) break;
      }
    }
    if constexpr (requires { exporter_.trouble(); }) {
      try {
        if (const std::string why = exporter_.trouble(); !why.empty()) lines_.trouble(why, std::chrono::steady_clock::now());
      } catch (...) {  // no memory for words
      }
    }
  }

  void tell_failure([[maybe_unused]] steady_time now) noexcept {
    if constexpr (requires { exporter_.failure(); }) {
      try {
        lines_.failure(exporter_.failure(), now);
      } catch (...) {  // no memory for words
      }
    }
  }

  void write(record::record_view record, steady_time now) noexcept {
    const tally one = one_of(record);
    if constexpr (requires { exporter_.takes(one); })
      if (!exporter_.takes(one)) return account_.dropped(one, drop_reason::unsupported);
    try {
      bool kept = false;
      if (one.spans != 0) {
        kept = write(reader_.span(record));
      } else if constexpr (takes_logs<Exporter>) {
        kept = write(reader_.log(record));
      } else {
        return account_.dropped(one, of_other_signals());
      }
      if (kept) return keeps_for_later ? account_.queued(one) : account_.exported(one);
      account_.dropped(one, drop_reason::rejected);
      tell_failure(now);
    } catch (...) {
      account_.dropped(one, drop_reason::no_memory);
    }
  }

  template <class View>
  [[nodiscard]] bool write(const View& view) {
    account_.count_cut(view);
    return exporter_.write(view);
  }

  Exporter exporter_;
  record::record_reader reader_;
  outcome_lines lines_;
  bool usable_ = false;
  bool fresh_ = false;
};

}  // namespace sonde::pipeline
