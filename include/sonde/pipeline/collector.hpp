// SPDX-License-Identifier: MIT
#pragma once

// The one background thread: drains every ring, hands the records to the exporters, keeps their requests moving. Sleeps by
// the load: briefly while records stream in, for long while nothing happens.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <signal.h>

#include <sonde/context/clock_sync.hpp>
#include <sonde/pipeline/drain.hpp>
#include <sonde/pipeline/hub.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/pipeline/slot.hpp>
#include <sonde/transport/driver.hpp>

namespace sonde::pipeline {

class collector : public std::enable_shared_from_this<collector> {
 public:
  using clock = std::chrono::steady_clock;

  explicit collector(std::uint64_t session) : session_{session}, drain_{hub::instance().recorders, session} {}

  [[nodiscard]] context::clock_sync& times() noexcept { return times_; }
  void add(std::unique_ptr<slot> exporter) { slots_.push_back(std::move(exporter)); }
  void add(std::unique_ptr<polling> asking) { pollings_.push_back(std::move(asking)); }
  void add(std::shared_ptr<transport::driver> driver) { drivers_.push_back(std::move(driver)); }

  /// `owner` lives as long as the thread. Throws std::system_error where no thread can be made.
  void start(std::shared_ptr<void> owner) {
    thread_ = std::thread{[self = shared_from_this(), owner] { self->run(); }};
  }
  /// Whether the caller is its thread: that cannot wait for itself.
  [[nodiscard]] bool runs_here() const noexcept { return runner_.load() == std::this_thread::get_id(); }

  /// Everything ended before the call is exported or counted as dropped, or the deadline passes: then false.
  [[nodiscard]] bool flush(clock::time_point deadline) {
    std::unique_lock lock{control_};
    if (finished_) return true;
    const std::uint64_t mine = ++flushes_asked_;
    flush_deadline_ = std::max(flush_deadline_, deadline);
    hub::instance().waker.insist();
    progress_.wait_until(lock, deadline, [&] { return flushes_done_ >= mine || finished_; });
    return flushes_kept_ >= mine;
  }

  /// Flushes until the deadline, counts the rest as lost, ends the thread. The hub must be disconnected. False where
  /// something was left, or the thread is stuck in an exporter: then it is left behind.
  [[nodiscard]] bool stop(clock::time_point deadline) {
    std::unique_lock lock{control_};
    stopping_ = true;
    stop_deadline_ = deadline;
    hub::instance().waker.insist();
    const bool ended = progress_.wait_until(lock, deadline + grace, [&] { return finished_; });
    const bool complete = ended && !left_over_;
    if (!ended) hub::instance().recorders.surrender(session_);  // before the thread can find out that it has finished
    lock.unlock();
    if (ended)
      thread_.join();
    else
      thread_.detach();
    return complete;
  }

  /// In the child of a fork, where the thread does not exist.
  void abandon() noexcept {
    for (const auto& each : slots_) each->abandon();
    for (const auto& each : pollings_) each->abandon();
    // Its handle may be that of another thread by now: neither joined nor detached.
    static_cast<void>(new (std::nothrow) std::thread{std::move(thread_)});
  }

  /// The ledger. Waits for the pass under way and for threads preempted inside a call; where an exporter blocks the pass, or
  /// a thread does not come out of its call, the ledger is as it last was.
  [[nodiscard]] session_stats stats() const {
    session_stats now;
    observers_.fetch_add(1);
    bool settled = false;
    for (int attempt = 0; attempt < 1000 && !settled; ++attempt) {
      if (const std::unique_lock lock{work_, std::try_to_lock}; lock) settled = count(now);
      if (!settled) std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    observers_.fetch_sub(1);
    if (settled) return now;
    const std::lock_guard lock{control_};
    return last_count_;
  }

 private:
  static constexpr std::chrono::milliseconds grace{20};
  static constexpr std::chrono::microseconds shortest_sleep{500};
  static constexpr std::chrono::milliseconds longest_sleep{1000};
  static constexpr std::size_t catching_up = std::size_t{2} << 20;  // there is more: no sleep
  static constexpr std::size_t busy_bytes = std::size_t{64} << 10;  // drained in one pass: stay close

  void run() noexcept {
    runner_.store(std::this_thread::get_id());
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the program's signals are the program's; SIGPIPE is nobody's
    std::chrono::nanoseconds sleep = shortest_sleep;
    for (;;) {
      const clock::time_point now = clock::now();
      const orders asked = read_orders();
      const std::size_t drained = pass(now, asked);
      if (answer(now, asked)) return hub::instance().recorders.hand_back(session_);
      if (observers_.load(std::memory_order_relaxed) != 0) std::this_thread::sleep_for(std::chrono::microseconds{500});
      if (drained >= catching_up) continue;
      sleep = drained >= busy_bytes ? std::max<std::chrono::nanoseconds>(sleep / 2, shortest_sleep)
                                    : std::min<std::chrono::nanoseconds>(sleep * 2, patience());
      rest(now, sleep, asked);
    }
  }

  /// What other threads want, as of one moment.
  struct orders {
    std::uint64_t flush;
    bool flushing;
    bool stopping;
    clock::time_point deadline;
  };
  [[nodiscard]] orders read_orders() const noexcept {
    const std::lock_guard lock{control_};
    return {flushes_asked_, stopping_ || flushes_done_ != flushes_asked_, stopping_,
            stopping_ ? stop_deadline_ : flush_deadline_};
  }

  /// One round over rings, exporters and connections; returns how many bytes of records it found.
  std::size_t pass(clock::time_point now, const orders& asked) noexcept {
    const std::lock_guard lock{work_};
    times_.update();
    const std::size_t drained = drain_.run(
        now, asked.flushing,
        [&](const record::record_run& run) noexcept {
          for (const auto& each : slots_) each->take(run, now);
        },
        [&](record::record_view opening) noexcept {
          for (const auto& each : slots_) each->hear(opening);
        });
    for (const auto& each : slots_) each->advance(now, asked.flushing);
    if (!asked.stopping)
      for (const auto& each : pollings_) each->advance(now);
    for (const auto& each : drivers_) each->perform();
    if (asked.stopping && !all_idle() && now >= asked.deadline) {
      left_over_ = true;
      for (const auto& each : slots_) each->give_up();
    }
    return drained;
  }

  /// Tells those who wait; true where the thread is to end.
  [[nodiscard]] bool answer(clock::time_point now, const orders& asked) noexcept {
    const bool idle = all_idle();
    if (asked.stopping && idle)
      for (const auto& each : slots_) each->give_up();
    session_stats fresh;  // made and freed outside the lock, which others wait for
    const bool counted = now >= next_count_ && try_count(fresh);
    const std::lock_guard lock{control_};
    if (counted) {
      next_count_ = now + std::chrono::milliseconds{200};
      std::swap(last_count_, fresh);
    }
    if (!asked.flushing || (!idle && now < asked.deadline)) return false;
    flushes_done_ = asked.flush;
    if (idle) flushes_kept_ = asked.flush;
    finished_ = asked.stopping;
    progress_.notify_all();
    return finished_;
  }

  /// False where a thread's part is torn.
  [[nodiscard]] bool count(session_stats& now) const {
    now = {};
    const bool settled = drain_.count(now);
    for (const auto& each : slots_) now.exporters.push_back(each->stats());
    return settled;
  }

  [[nodiscard]] bool try_count(session_stats& now) const noexcept {
    try {
      return count(now);
    } catch (...) {
      return false;  // memory is short
    }
  }

  [[nodiscard]] bool all_idle() const noexcept {
    return std::all_of(slots_.begin(), slots_.end(), [](const auto& each) { return each->idle(); });
  }

  [[nodiscard]] std::chrono::nanoseconds patience() const noexcept {
    std::chrono::nanoseconds least = longest_sleep;
    for (const auto& each : slots_) least = std::min<std::chrono::nanoseconds>(least, each->patience());
    return std::max<std::chrono::nanoseconds>(least, shortest_sleep);
  }

  void rest(clock::time_point now, std::chrono::nanoseconds sleep, const orders& asked) noexcept {
    const auto not_after = [&](clock::time_point due) {
      if (due != clock::time_point::max()) sleep = std::min<std::chrono::nanoseconds>(sleep, due - now);
    };
    for (const auto& each : slots_) not_after(each->due());
    if (!asked.stopping)
      for (const auto& each : pollings_) not_after(each->due());
    not_after(drain_.due());
    if (asked.flushing) not_after(asked.deadline);
    sleep = std::max<std::chrono::nanoseconds>(sleep, std::chrono::microseconds{50});
    for (const auto& each : drivers_)
      if (each->busy())  // the waker cannot end this sleep: keep it short
        return each->wait(std::min<std::chrono::nanoseconds>(sleep, std::chrono::milliseconds{10}));
    hub::instance().waker.sleep(sleep);
  }

  mutable std::mutex work_;     // held while records and exporters are worked on
  mutable std::mutex control_;  // held briefly; guards what follows but for the parts of the work
  std::condition_variable progress_;
  context::clock_sync times_;
  std::uint64_t session_;
  drain drain_;
  std::vector<std::unique_ptr<slot>> slots_;
  std::vector<std::unique_ptr<polling>> pollings_;
  std::vector<std::shared_ptr<transport::driver>> drivers_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;  // in time or not
  std::uint64_t flushes_kept_ = 0;  // in time
  clock::time_point flush_deadline_{};
  clock::time_point stop_deadline_{};
  bool stopping_ = false;
  bool finished_ = false;
  bool left_over_ = false;
  mutable std::atomic<int> observers_{0};  // wait in stats(): let them at the work
  session_stats last_count_;
  clock::time_point next_count_{};
  std::thread thread_;
  std::atomic<std::thread::id> runner_{};
};

}  // namespace sonde::pipeline
