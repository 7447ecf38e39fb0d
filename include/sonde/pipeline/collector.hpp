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
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <signal.h>

#include <sonde/context/clock_sync.hpp>
#include <sonde/pipeline/drain.hpp>
#include <sonde/pipeline/hub.hpp>
#include <sonde/pipeline/loss_lines.hpp>
#include <sonde/pipeline/newest_ledger.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/pipeline/slot.hpp>
#include <sonde/transport/driver.hpp>

namespace sonde::pipeline {

class collector : public std::enable_shared_from_this<collector> {
 public:
  using clock = std::chrono::steady_clock;

  /// `out` lives as long as the owner that `start` is given.
  collector(std::uint64_t session, const diagnostics& out)
      : session_{session}, out_{out}, drain_{hub::instance().recorders, session, hub::instance().lost_unattached()} {}

  [[nodiscard]] context::clock_sync& times() noexcept { return times_; }
  void add(std::unique_ptr<slot> exporter) { slots_.push_back(std::move(exporter)); }
  void add(std::unique_ptr<polling> asking) { pollings_.push_back(std::move(asking)); }
  void add(std::shared_ptr<transport::driver> driver) { drivers_.push_back(std::move(driver)); }

  /// `owner` lives as long as the thread. Throws setup_error where no thread can be made.
  void start(std::shared_ptr<void> owner) {
    static_cast<void>(count(last_of_all_));  // has room from now on
    try {
      thread_ = std::thread{[self = shared_from_this(), owner] { self->run(); }};
    } catch (const std::system_error& none) {
      throw setup_error{std::string{"the system gives it no thread: "} + none.what()};
    }
  }
  /// Whether the caller is its thread: that cannot wait for itself.
  [[nodiscard]] bool runs_here() const noexcept { return runner_.load() == std::this_thread::get_id(); }

  /// Everything ended before the call is exported or counted as dropped, or the deadline passes: then false.
  [[nodiscard]] bool flush(clock::time_point deadline) {
    if (runs_here()) return false;  // as from a diagnostics handler
    std::unique_lock lock{control_};
    if (finished_) return true;
    const std::uint64_t mine = ++flushes_asked_;
    flush_deadline_ = std::max(flush_deadline_, deadline);
    hub::instance().waker.insist();
    progress_.wait_until(lock, deadline, [&] { return flushes_done_ >= mine || finished_; });
    return flushes_kept_ >= mine;
  }

  /// Flushes until the deadline, counts the rest as lost, says what was, ends the thread. The hub must be disconnected. False
  /// where something was left, or the thread is stuck in an exporter or in the user's handler: then it is left behind.
  [[nodiscard]] bool stop(clock::time_point deadline) {
    std::unique_lock lock{control_, std::defer_lock};
    // A signal handler that ends the program may have interrupted who holds it.
    while (!runs_here() && !lock.try_lock() && clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    if (!lock.owns_lock()) {
      hub::instance().recorders.surrender(session_);
      thread_.detach();
      return false;
    }
    stopping_ = true;
    stop_deadline_ = deadline;
    hub::instance().waker.insist();
    const auto done = [&] { return finished_; };
    bool ended = progress_.wait_until(lock, deadline + grace, done);
    if (!ended && in_transport_) {
      // That waits for nobody, though it may take a while to read certificates. A thread left behind in it would still use
      // libraries that the end of the program takes down.
      const auto until = clock::now() + transport_grace;
      while (in_transport_ && clock::now() < until) progress_.wait_for(lock, std::chrono::milliseconds{1});
      ended = progress_.wait_for(lock, grace, done);
    }
    const bool complete = ended && !left_over_;
    if (!ended) hub::instance().recorders.surrender(session_);  // before the thread can find out that it has finished
    lock.unlock();
    if (ended) {
      thread_.join();
      joined_ = true;
    } else {
      thread_.detach();
      if (!out_.speaking()) tell_known_losses();
    }
    return complete;
  }

  /// What its thread has beyond the deadline of `stop` to come to its end. Tests that look at the last ledger allow more.
  static inline std::chrono::milliseconds grace{20};

  /// In the child of a fork, where the thread does not exist. Must not be destroyed afterwards: the thread's handle may be that
  /// of another one by now, neither to be joined nor detached.
  void abandon() noexcept {
    for (const auto& each : slots_) each->abandon();
    for (const auto& each : pollings_) each->abandon();
  }

  /// The ledger. Waits for the pass under way and for threads preempted inside a call; where an exporter blocks the pass, or
  /// a thread does not come out of its call, the ledger is as it last was. It never goes back.
  [[nodiscard]] session_stats stats() const {
    session_stats now;
    if (const std::uint64_t number = settles(now, 1000))
      newest_.keep(now, number);
    else
      newest_.copy_to(now);
    return now;
  }
  /// After `stop`, before another session may have the rings: from now on the ledger is as it is. Of a thread that was left behind
  /// it is what that last counted.
  void close_books() noexcept {
    closed_.store(!joined_);
    if (!joined_) return;
    try {
      if (const std::uint64_t number = settles(last_of_all_, 100)) newest_.keep(std::move(last_of_all_), number);
    } catch (...) {  // memory is short, though it had room
    }
    const std::lock_guard lock{work_};  // of whoever is counting
    closed_.store(true);
  }
  void last_stats(session_stats& into) const { newest_.copy_to(into); }

 private:
  static constexpr std::chrono::milliseconds transport_grace{1000};
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
      clock::time_point now = clock::now();
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
            stopping_ ? stop_deadline_.load() : flush_deadline_};
  }

  /// Returns the number of the count; 0 where there is none.
  [[nodiscard]] std::uint64_t settles(session_stats& now, int attempts) const {
    struct observer {
      std::atomic<int>& all;
      explicit observer(std::atomic<int>& others) noexcept : all{others} { all.fetch_add(1); }
      ~observer() { all.fetch_sub(1); }
    } const here{observers_};
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (const std::unique_lock lock{work_, std::try_to_lock}) {
        if (closed_) return 0;
        const std::uint64_t number = newest_.begin_count();
        if (count(now)) return number;
      }
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    return 0;
  }

  /// One round over rings, exporters and connections; returns how many bytes of records it found. `now` is when it began, then
  /// when it ended. What is left in the rings at the deadline of a shutdown, be it much, is counted and not looked at.
  std::size_t pass(clock::time_point& now, const orders& asked) noexcept {
    const std::lock_guard lock{work_};
    times_.update();
    const std::size_t drained = drain_.run(
        now, asked.flushing,
        [&](const record::record_run& run) noexcept {
          const bool late = clock::now() >= stop_deadline_.load(std::memory_order_relaxed);
          left_over_ = left_over_ || late;
          for (const auto& each : slots_) late ? each->refuse(run) : each->take(run, now);
        },
        [&](record::record_view opening) noexcept {
          for (const auto& each : slots_) each->hear(opening);
        });
    for (const auto& each : slots_) each->advance(now, asked.flushing);
    if (!asked.stopping)
      for (const auto& each : pollings_) each->advance(now);
    in_transport_ = true;
    for (const auto& each : drivers_) each->perform();
    in_transport_ = false;
    now = clock::now();
    if (const bool idle = all_idle(); asked.stopping && (idle || now >= asked.deadline)) {
      left_over_ = left_over_ || !idle;
      for (const auto& each : slots_) each->give_up();
    }
    return drained;
  }

  /// Tells those who wait; true where the thread is to end.
  [[nodiscard]] bool answer(clock::time_point now, const orders& asked) noexcept {
    const bool idle = all_idle();
    if (asked.stopping && (idle || now >= asked.deadline)) tell_losses_now();
    if (now >= next_count_) count_anew(now);
    const std::lock_guard lock{control_};
    if (!asked.flushing || (!idle && now < asked.deadline)) return false;
    flushes_done_ = asked.flush;
    if (flushes_done_ == flushes_asked_) flush_deadline_ = {};
    if (idle) flushes_kept_ = asked.flush;
    finished_ = asked.stopping;
    progress_.notify_all();
    return finished_;
  }

  void count_anew(clock::time_point now) noexcept {
    session_stats fresh;
    const std::uint64_t number = try_count(fresh);
    if (number == 0) return;
    newest_.keep(std::move(fresh), number);
    next_count_ = now + std::chrono::milliseconds{200};
  }
  /// False where a thread's part is torn.
  [[nodiscard]] bool count(session_stats& now) const {
    now.spans = now.logs = {};
    const bool settled = drain_.count(now);
    now.exporters.resize(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) now.exporters[i] = slots_[i]->stats();
    return settled;
  }

  /// By the collector's thread between two passes. Counting remembers how far it came, so that one thread at a time may count.
  /// Returns the number of the count; 0 where there is none.
  [[nodiscard]] std::uint64_t try_count(session_stats& now) const noexcept {
    try {
      const std::lock_guard lock{work_};
      const std::uint64_t number = newest_.begin_count();
      return count(now) ? number : 0;
    } catch (...) {
      return 0;  // memory is short
    }
  }

  /// Said by its thread before anybody hears that it has finished: a handler that blocks, blocks nobody else. By another thread
  /// where this one is stuck elsewhere.
  void tell_losses(const session_stats& last) noexcept {
    if (losses_told_.exchange(true)) return;
    try {
      for (const std::string& each : loss_lines(last)) out_.say(each);
    } catch (...) {  // no memory for words
    }
  }
  void tell_losses_now() noexcept {
    session_stats last;
    static_cast<void>(try_count(last));  // a thread inside a call is not waited for: what is lost is known
    tell_losses(last);
  }
  void tell_known_losses() noexcept {
    try {
      session_stats last;
      newest_.copy_to(last);
      tell_losses(last);
    } catch (...) {
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
  const diagnostics& out_;
  drain drain_;
  std::vector<std::unique_ptr<slot>> slots_;
  std::vector<std::unique_ptr<polling>> pollings_;
  std::vector<std::shared_ptr<transport::driver>> drivers_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;  // in time or not
  std::uint64_t flushes_kept_ = 0;  // in time
  clock::time_point flush_deadline_{};
  std::atomic<clock::time_point> stop_deadline_{clock::time_point::max()};  // looked at in the midst of a pass
  bool stopping_ = false;
  std::atomic<bool> closed_{false};
  bool finished_ = false;
  bool left_over_ = false;
  std::atomic<bool> losses_told_{false};
  std::atomic<bool> joined_{false};
  std::atomic<bool> in_transport_{false};
  mutable std::atomic<int> observers_{0};  // wait in stats(): let them at the work
  mutable newest_ledger newest_;
  session_stats last_of_all_;
  clock::time_point next_count_{};
  std::thread thread_;
  std::atomic<std::thread::id> runner_{};
};

}  // namespace sonde::pipeline
