// SPDX-License-Identifier: MIT
#pragma once

// std::terminate, reported: while a session is live its handler reports the exception that nobody caught, ends the spans of its
// thread, sends what there is, and goes on to the handler that was there before. Never longer than its time, so that the program
// ends as it would have. Armed by session.hpp.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include <sonde/log/report.hpp>
#include <sonde/pipeline/collector.hpp>
#include <sonde/pipeline/deadman_timer.hpp>
#include <sonde/pipeline/hub.hpp>
#include <sonde/span/lifecycle.hpp>

namespace sonde::pipeline {

class terminate_report {
 public:
  static void arm(const std::shared_ptr<collector>& to, std::chrono::milliseconds timeout) {
    terminate_report& here = instance();
    const std::lock_guard lock{here.mutex_};
    here.collector_ = to;
    here.timeout_.store(timeout, std::memory_order_relaxed);
    here.forks_.store(hub::instance().forks(), std::memory_order_release);
    if (std::get_terminate() != on_terminate) here.previous_.store(std::set_terminate(on_terminate));
  }
  /// A handler that the program has set meanwhile stays, and may call this one.
  static void disarm() noexcept {
    terminate_report& here = instance();
    const std::lock_guard lock{here.mutex_};
    here.collector_.reset();
    if (std::get_terminate() == on_terminate) std::set_terminate(here.previous_.exchange(nullptr));
  }

 private:
  static constexpr std::chrono::milliseconds grace{500};  // after a flush that does not come back

  /// Never destroyed: the program may end by std::terminate at any time.
  [[nodiscard]] static terminate_report& instance() {
    static terminate_report* const made = new terminate_report;
    return *made;
  }

  [[noreturn]] static void on_terminate() {
    // A report may itself end here: what() of the exception throws. Then that is reported, once.
    constexpr int attempts = 2;
    constexpr int reported = attempts + 1;
    static constinit thread_local int entered = 0;
    terminate_report& here = instance();
    if (entered == reported) std::abort();  // the handler before this one was set to call it, or failed
    if (entered < attempts) {
      ++entered;
      here.report();
    }
    entered = reported;
    if (const std::terminate_handler previous = here.previous_.load()) previous();
    std::abort();
  }

  void report() noexcept {
    if (forks_.load(std::memory_order_acquire) != hub::instance().forks()) return;  // the parent's session
    const std::chrono::milliseconds timeout = timeout_.load(std::memory_order_relaxed);
    const deadman_timer limit{timeout + grace};
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const std::shared_ptr<collector> to = current();
    if (to == nullptr || to->runs_here()) return;
    if (record::recorder* const mine = record::live_recorder()) publish(*mine);
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
      record::end_record(*open, mine);
    }
  }

  [[nodiscard]] std::shared_ptr<collector> current() {
    const std::lock_guard lock{mutex_};
    return collector_.lock();
  }

  static constexpr char no_exception[] = "std::terminate was called without an exception";

  std::mutex mutex_;
  std::weak_ptr<collector> collector_;  // its session owns it
  std::atomic<std::chrono::milliseconds> timeout_{};
  std::atomic<std::uint64_t> forks_{0};
  std::atomic<std::terminate_handler> previous_{nullptr};
  std::atomic<bool> first_{true};
};

}  // namespace sonde::pipeline
