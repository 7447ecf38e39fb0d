// SPDX-License-Identifier: MIT
#pragma once

// std::terminate, reported: while a session is live its handler reports the exception that nobody caught, ends the spans of its
// thread, sends what there is, and goes on to the handler that was there before. Never longer than its time, so that the program
// ends as it would have. Armed by session.hpp.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <thread>

#include <sonde/log/report.hpp>
#include <sonde/pipeline/collector.hpp>
#include <sonde/pipeline/deadline.hpp>
#include <sonde/pipeline/deadman_timer.hpp>
#include <sonde/pipeline/hub.hpp>
#include <sonde/span/unusual.hpp>

namespace sonde::pipeline {

class terminate_report {
 public:
  static void arm(const std::shared_ptr<collector>& to, std::chrono::milliseconds timeout) {
    hub::instance().exclusively([&] {
      terminate_report& here = instance();
      here.collector_ = to;
      here.timeout_.store(timeout, std::memory_order_relaxed);
      here.forks_.store(hub::instance().forks(), std::memory_order_release);
      if (std::get_terminate() == on_terminate) return;
      if (here.covered_ == most_covered) --here.covered_;
      here.before_[here.covered_].store(std::set_terminate(on_terminate));
      ++here.covered_;
    });
  }
  /// A handler that the program has set meanwhile stays, and may call this one, which goes on to those before.
  static void disarm() noexcept {
    hub::instance().exclusively([&] {
      terminate_report& here = instance();
      here.collector_.reset();
      if (std::get_terminate() == on_terminate && here.covered_ != 0) std::set_terminate(here.before_[--here.covered_].load());
    });
  }

 private:
  static constexpr std::chrono::milliseconds grace{500};  // after a flush that does not come back

  /// First asked for under the hub's lock, so that no child of a fork waits for its making. Never destroyed: the program may end
  /// by std::terminate at any time. Takes no memory, which may be short when a session ends.
  [[nodiscard]] static terminate_report& instance() noexcept {
    alignas(terminate_report) static unsigned char room[sizeof(terminate_report)];
    static terminate_report* const made = new (room) terminate_report;
    return *made;
  }

  [[noreturn]] static void on_terminate() {
    // A report may itself end here: what() of the exception throws. Then that is reported, once.
    constexpr int attempts = 2;
    static constinit thread_local int reports = 0;
    static constinit thread_local std::size_t passed_on = 0;
    terminate_report& here = instance();
    if (passed_on == 0 && reports < attempts) {
      ++reports;
      here.report();
    }
    // One of them may call this handler again, or fail: then the one before it is next.
    if (const std::size_t covered = here.covered_; passed_on < covered) here.before_[covered - ++passed_on].load()();
    std::abort();
  }

  void report() noexcept {
    if (forks_.load(std::memory_order_acquire) != hub::instance().forks()) return;  // the parent's session
    const std::chrono::milliseconds timeout = bounded(timeout_.load(std::memory_order_relaxed));
    const deadman_timer limit{timeout + grace};
    const auto deadline = deadline_in(timeout);
    const std::shared_ptr<collector> to = current();
    if (to == nullptr || to->runs_here()) return;
    if (record::recorder* const mine = record::live_recorder<record::arrival::purpose::report>()) publish(*mine);
    if (first_.exchange(false))
      static_cast<void>(to->flush(deadline));
    else
      std::this_thread::sleep_until(deadline);  // another thread is about to end the program, and sends this on its way
  }

  static void publish(record::recorder& mine) noexcept {
    bool is_known = false;
    record::describe_handled_exception([&](const record::described_exception& what) noexcept {
      is_known = true;
      publish(mine, what);
    });
    if (!is_known) publish(mine, {{}, {no_exception, sizeof no_exception - 1}, {}, false});
  }
  static void publish(record::recorder& mine, const record::described_exception& what) noexcept {
    record::publish_occurrence(mine, what, level::critical);
    while (record::frame* const open = record::active_frame(mine)) {
      mine.current = open->outer;
      if (record::is_borrowed(*open) || !open->is_sampled()) continue;
      record::leave_with(*open, what);
      open->header.end = context::ticks();
      record::unusual::end_record(*open, mine);
    }
  }

  [[nodiscard]] std::shared_ptr<collector> current() {
    std::shared_ptr<collector> found;
    hub::instance().exclusively([&] { found = collector_.lock(); });
    return found;
  }

  static constexpr std::size_t most_covered = 8;
  static constexpr char no_exception[] = "std::terminate was called without an exception";

  std::weak_ptr<collector> collector_;  // its session owns it; the hub guards it, over a fork as well
  std::atomic<std::chrono::milliseconds> timeout_{};
  std::atomic<std::uint64_t> forks_{0};
  std::array<std::atomic<std::terminate_handler>, most_covered> before_{};  // the last is called first
  std::atomic<std::size_t> covered_{0};                                     // so many of them
  std::atomic<bool> first_{true};
};

}  // namespace sonde::pipeline
