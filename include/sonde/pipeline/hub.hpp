// SPDX-License-Identifier: MIT
#pragma once

// What outlives sessions: the registry, the recorders, the waker, and the table of functions instrumented code reaches
// them through. One per process, never destroyed, so that whoever is late finds it whole.

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <vector>

#include <cxxabi.h>
#include <pthread.h>

#include <sonde/config.hpp>
#include <sonde/pipeline/recorder_pool.hpp>
#include <sonde/pipeline/waker.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/registry.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/sampling/sampler.hpp>

namespace sonde::pipeline {

class hub {
 public:
  [[nodiscard]] static hub& instance() {
    static hub* const made = new hub;
    return *made;
  }

  record::registry descriptions;
  recorder_pool recorders;
  pipeline::waker waker;

  /// Plugs the session in. False where another one is live.
  [[nodiscard]] bool connect(const sampling::any_sampler& sampler, std::uint32_t propagators, std::size_t ring_bytes,
                             level least_log) {
    const std::lock_guard lock{mutex_};
    if (occupied_) return false;
    occupied_ = true;
    samplers_.push_back(std::make_unique<sampling::any_sampler>(sampler));  // kept: a thread may be asking an old one
    sampler_.store(samplers_.back().get(), std::memory_order_release);
    propagators_.store(propagators, std::memory_order_relaxed);
    set_log_level(least_log);
    recorders.recycle_abandoned();
    recorders.set_bound(ring_bytes);
    session_.fetch_add(1, std::memory_order_relaxed);
    static constexpr record::session_table table{attach,    enroll,           locate,  sample, record::put_tracestate, chosen_propagators,
                                                 make_room, describe_current, describe};
    __atomic_store_n(&record::the_root.table, &table, __ATOMIC_RELEASE);
    return true;
  }
  /// Of all threads, from now on.
  void set_log_level(level least) noexcept {
    recorders.set_log_level(least, [this, least] { log_level_.store(least, std::memory_order_relaxed); });
  }
  /// From here on spans and logs are no-ops. The collector may still read what they left, until `vacate`.
  void disconnect() noexcept {
    const std::lock_guard lock{mutex_};
    __atomic_store_n(&record::the_root.table, nullptr, __ATOMIC_RELEASE);
    recorders.stop_all();
  }
  /// Another session may start.
  void vacate() noexcept {
    const std::lock_guard lock{mutex_};
    occupied_ = false;
  }
  [[nodiscard]] std::uint64_t session() const noexcept { return session_.load(std::memory_order_relaxed); }
  /// How many forks lie between the first process and this one.
  [[nodiscard]] std::uint64_t forks() const noexcept { return forks_.load(std::memory_order_relaxed); }

 private:
  hub() {
    pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork(); },
                   [] { instance().in_forked_child(); });
  }

  static record::recorder* attach() noexcept {
    return instance().recorders.attach([]() noexcept -> recorder_pool::terms {
      hub& here = instance();
      const sampling::any_sampler* chosen = here.sampler_.load(std::memory_order_acquire);
      return {here.session(), chosen != nullptr && chosen->drops_roots(), here.log_level_.load(std::memory_order_relaxed)};
    });
  }
  static std::uint32_t enroll(record::description& fresh) noexcept {
    try {
      return instance().descriptions.enroll(fresh);
    } catch (...) {
      return 0;
    }
  }
  static std::uint32_t locate(record::description& site, const char* file, std::uint32_t line, const char* function) noexcept {
    try {
      return instance().descriptions.locate(site, file, line, function);
    } catch (...) {
      return 0;
    }
  }
  static bool sample(const record::header& root, meta::text name) noexcept {
    const sampling::any_sampler* chosen = instance().sampler_.load(std::memory_order_acquire);
    return chosen->should_sample({root.trace_id, {name.data, name.size}, (root.flags & record::remote_parent) != 0,
                                  (root.flags & record::sampled) != 0});
  }
  static std::uint32_t chosen_propagators() noexcept { return instance().propagators_.load(std::memory_order_relaxed); }
  static bool make_room(record::recorder& mine, std::size_t size) noexcept {
    hub& here = instance();
    const bool made = here.recorders.make_room(mine, size);
    here.waker.wake();
    return made;
  }
  static void describe_current(record::exception_sink sink) noexcept {
    // Null outside a handler, and in one of foreign making, such as a thread's cancellation: neither may be rethrown here.
    if (std::current_exception() == nullptr) return;
    const std::type_info* thrown = abi::__cxa_current_exception_type();
    try {
      throw;
    } catch (const std::exception& error) {
      give(sink, typeid(error), error.what());
    } catch (const char* message) {
      give(sink, typeid(const char*), message);
    } catch (...) {
      if (thrown != nullptr) give(sink, *thrown, "");
    }
  }
  static void describe(const std::exception& error, record::exception_sink sink) noexcept {
    give(sink, typeid(error), error.what());
  }
  static void give(record::exception_sink sink, const std::type_info& type, const char* message) noexcept {
    int failed = 0;
    char* readable = abi::__cxa_demangle(type.name(), nullptr, nullptr, &failed);
    const char* name = readable != nullptr ? readable : type.name();
    const char* said = message != nullptr ? message : "";
    sink.take(sink.target, {name, __builtin_strlen(name)}, {said, __builtin_strlen(said)});
    std::free(readable);
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
    __atomic_store_n(&record::the_root.table, nullptr, __ATOMIC_RELEASE);
    recorders.forget_threads();
    waker.reset();
    occupied_ = false;
    forks_.fetch_add(1, std::memory_order_relaxed);
    after_fork();
  }

  std::mutex mutex_;
  bool occupied_ = false;
  std::vector<std::unique_ptr<sampling::any_sampler>> samplers_;
  std::atomic<const sampling::any_sampler*> sampler_{nullptr};
  std::atomic<std::uint32_t> propagators_{0};
  std::atomic<level> log_level_{level::trace};
  std::atomic<std::uint64_t> session_{0};
  std::atomic<std::uint64_t> forks_{0};
};

}  // namespace sonde::pipeline
