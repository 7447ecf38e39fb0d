// SPDX-License-Identifier: MIT
#pragma once

// What outlives sessions: the registry, the recorders, the waker, and the table of functions instrumented code reaches
// them through. One per process, never destroyed, so that whoever is late finds it whole.

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <pthread.h>

#include <sonde/config.hpp>
#include <sonde/context/clock_source.hpp>
#include <sonde/pipeline/loaded_modules.hpp>
#include <sonde/pipeline/recorder_pool.hpp>
#include <sonde/pipeline/unattached.hpp>
#include <sonde/pipeline/undisturbed.hpp>
#include <sonde/pipeline/waker.hpp>
#include <sonde/record/active_spans.hpp>
#include <sonde/record/exception_text.hpp>
#include <sonde/record/lasting.hpp>
#include <sonde/record/own_words.hpp>
#include <sonde/record/registry.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/thrown.hpp>
#include <sonde/sampling/sampler.hpp>
#include <sonde/span/unusual.hpp>

namespace sonde::pipeline {

class hub {
 public:
  [[nodiscard]] static hub& instance() { return record::lasting<hub>(); }

  record::registry descriptions;
  recorder_pool recorders;
  pipeline::waker waker;

  /// What a session brings along for those who record.
  struct session_terms {
    const sampling::any_sampler& sampler;
    std::uint32_t propagators = 0;
    std::size_t ring_bytes = 0;
    level least_log = level::trace;
    bool timed_trace_ids = false;
    bool announces_roots = false;
    context::clock_source clock = context::clock_source::counter;
  };
  /// Plugs the session in. False where another one is live.
  [[nodiscard]] bool connect(const session_terms& terms) {
    const undisturbed calm;
    const std::lock_guard lock{mutex_};
    if (occupied_) return false;
    __atomic_store_n(&root_.uses_system_clock, terms.clock == context::clock_source::system, __ATOMIC_SEQ_CST);
    if (!invite_modules(root_)) return false;
    served_.push_back(std::unique_ptr<served>{new served{terms.sampler, {}}});
    occupied_ = true;  // nothing throws from here on
    now_served_.store(served_.back().get(), std::memory_order_release);
    propagators_.store(terms.propagators, std::memory_order_relaxed);
    timed_trace_ids_.store(terms.timed_trace_ids, std::memory_order_relaxed);
    announces_roots_.store(terms.announces_roots, std::memory_order_relaxed);
    set_log_level(terms.least_log);
    recorders.recycle_abandoned();
    recorders.set_bound(terms.ring_bytes);
    session_.fetch_add(1, std::memory_order_relaxed);
    static constexpr record::session_table table{
        attach,    enroll,           locate,   sample,                   &record::unusual::functions, chosen_propagators,
        make_room, describe_current, describe, record::put_active_spans, is_saying_own_words};
    plug_in(&table);
    return true;
  }
  /// Of all threads, from now on.
  void set_log_level(level least) noexcept {
    const undisturbed calm;
    recorders.set_log_level(least, [this, least] { log_level_.store(least, std::memory_order_relaxed); });
  }
  /// From here on spans and logs are no-ops. The collector may still read what they left, until `vacate`.
  void disconnect() noexcept {
    const undisturbed calm;
    const std::lock_guard lock{mutex_};
    unplug();
    recorders.stop_all();
  }
  /// Another session may start.
  void vacate() noexcept {
    exclusively([this] { occupied_ = false; });
  }
  /// For what belongs to a session and outlives it. Short work, which must not come back here: a fork waits for it, so that the
  /// child finds it whole, and so do signals.
  template <class Work>
  void exclusively(Work work) {
    const undisturbed calm;
    const std::lock_guard lock{mutex_};
    work();
  }
  /// In the child of a fork: the parent's session, which is neither used nor destroyed here. `link` is a member of it.
  void keep(std::shared_ptr<void>& link, std::shared_ptr<void> parents) noexcept {
    exclusively([&] {
      link = std::move(kept_);
      kept_ = std::move(parents);
    });
  }
  /// Of the session that was plugged in last.
  [[nodiscard]] const unattached& lost_unattached() const noexcept { return now_served_.load()->lost; }
  [[nodiscard]] std::uint64_t session() const noexcept { return session_.load(std::memory_order_relaxed); }
  /// How many forks lie between the first process and this one.
  [[nodiscard]] std::uint64_t forks() const noexcept { return forks_.load(std::memory_order_relaxed); }

  /// Once, by whoever makes it.
  void watch_forks() noexcept {
    pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork(); },
                   [] { instance().in_forked_child(); });
  }

 private:
  /// Kept when the session has ended: a thread may still be asking.
  struct served {
    sampling::any_sampler sampler;
    unattached lost;
  };

  static record::recorder* attach(record::arrival comes_for) noexcept {
    const undisturbed calm;
    return instance().recorders.attach(comes_for, []() noexcept -> recorder_pool::terms {
      hub& here = instance();
      served& live = *here.now_served_.load(std::memory_order_acquire);
      return {here.session(),
              live.sampler.drops_roots(),
              here.log_level_.load(std::memory_order_relaxed),
              here.timed_trace_ids_.load(std::memory_order_relaxed),
              here.announces_roots_.load(std::memory_order_relaxed),
              live.lost};
    });
  }
  static std::uint32_t enroll(record::description& fresh) noexcept {
    const undisturbed calm;
    try {
      return instance().descriptions.enroll(fresh);
    } catch (...) {
      return 0;
    }
  }
  static std::uint32_t locate(record::description& site, const record::opened_at& where) noexcept {
    const undisturbed calm;
    try {
      return instance().descriptions.locate(site, where.file, where.line, where.function);
    } catch (...) {
      return 0;
    }
  }
  static bool sample(record::recorder& mine, const record::header& root, meta::text name) noexcept {
    const sampling::any_sampler& chosen = instance().now_served_.load(std::memory_order_acquire)->sampler;
    const sampling::decision made = chosen.should_sample(
        {root.trace_id, {name.data, name.size}, (root.flags & record::remote_parent) != 0,
         (root.flags & record::sampled) != 0, static_cast<kind>(root.kind),
         mine.request != nullptr ? *mine.request : no_request});
    const std::string_view rule = made.rule.text();
    static_assert(sampling::rule_name::longest <= sizeof mine.rule.text);
    mine.rule.size = static_cast<std::uint8_t>(rule.size());
    __builtin_memcpy(mine.rule.text, rule.data(), rule.size());
    return made.sampled;
  }
  static std::uint32_t chosen_propagators() noexcept { return instance().propagators_.load(std::memory_order_relaxed); }
  static bool make_room(record::recorder& mine, std::size_t size) noexcept {
    hub& here = instance();
    const bool made = here.recorders.make_room(mine, size);
    here.waker.wake();
    return made;
  }
  static void describe_current(record::exception_sink sink) noexcept {
    // Null outside a handler, and in one of foreign making, such as a thread's cancellation.
    const std::exception_ptr handled = std::current_exception();
    if (handled != nullptr) give(sink, record::thrown::of(handled), record::thrown::of(handled).object);
  }
  /// It has the stack of the throw only where it is the very object that was thrown, not a copy of it.
  static void describe(const std::exception& error, record::exception_sink sink) noexcept {
    const record::thrown what = record::thrown::of(error);
    const std::exception_ptr handled = std::current_exception();
    give(sink, what, record::thrown::of(handled).object == what.object ? what.object : nullptr);
  }
  static bool is_saying_own_words() noexcept { return record::saying_own_words; }
  static void give(record::exception_sink sink, const record::thrown& what, const void* with_stack) noexcept {
    const record::exception_text text{what, with_stack};
    sink.take(sink.target, text.made());
  }

  void plug_in(const record::session_table* table) noexcept {
    __atomic_store_n(&root_.table, table, __ATOMIC_RELEASE);
    __atomic_store_n(&root_.is_quiet, false, __ATOMIC_RELEASE);
  }
  /// In this order both: who finds neither would look for a session elsewhere.
  void unplug() noexcept {
    __atomic_store_n(&root_.is_quiet, true, __ATOMIC_RELEASE);
    __atomic_store_n(&root_.table, nullptr, __ATOMIC_RELEASE);
  }

  void before_fork() noexcept {
    mutex_.lock();
    recorders.mutex().lock();
    descriptions.mutex().lock();
  }
  void after_fork() noexcept {
    descriptions.mutex().unlock();
    recorders.mutex().unlock();
    mutex_.unlock();
  }
  /// The collector thread did not come along: the child has no session until it starts its own, and draws its own ids.
  void in_forked_child() noexcept {
    unplug();
    recorders.forget_threads();
    waker.reset();
    occupied_ = false;
    forks_.fetch_add(1, std::memory_order_relaxed);
    after_fork();
  }

  record::root root_{nullptr, true, false, false};
  std::mutex mutex_;
  bool occupied_ = false;
  std::vector<std::unique_ptr<served>> served_;
  std::atomic<served*> now_served_{nullptr};
  std::atomic<std::uint32_t> propagators_{0};
  std::atomic<bool> timed_trace_ids_{false};
  std::atomic<bool> announces_roots_{false};
  std::atomic<level> log_level_{level::trace};
  std::atomic<std::uint64_t> session_{0};
  std::atomic<std::uint64_t> forks_{0};
  std::shared_ptr<void> kept_;
};

}  // namespace sonde::pipeline
