// SPDX-License-Identifier: MIT
#pragma once

// HTTP and HTTPS for all exporters of a session: any number of requests at once over one libcurl multi handle, on the
// collector's thread. Connections are kept and reused; TLS is verified; redirects are not followed.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include <sonde/transport/driver.hpp>
#include <sonde/transport/exchange.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/unshared.hpp>

namespace sonde::transport {

class http final : public driver {
 public:
  /// Requests under way at once, and so sockets; one more is answered with an error. (libcurl's own limit would queue
  /// it, but does not watch the timeout of what it queues.)
  static constexpr std::size_t max_requests = 64;
  /// Idle connections kept for reuse.
  static constexpr long max_kept_connections = 8;

  using done_function = exchange::done_function;

  /// Where libcurl cannot start, every request ends in an error that says so.
  http() noexcept {
    // Thread-safe since 7.84, counted, and never undone. Where memory was short the last time, it is tried again.
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) multi_ = curl_multi_init();
    if (multi_ == nullptr) return;
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, max_kept_connections);
    keep_from_programs(multi_);
  }
  /// What is still under way is dropped without a word; call abort_all() first to hear of it.
  ~http() override {
    for (auto* const of_parent : {&of_parent_, &idle_of_parent_})
      for (auto& one : *of_parent) static_cast<void>(one.release());
    for (const auto& one : active_) detach(*one);
    active_.clear();
    idle_.clear();
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  /// Begins a request. `done` is called once, from a later perform() or abort_all(); it may send again. Only when
  /// memory is too short even for that is it called at once.
  void send(request what, done_function done) noexcept {
    exchange* added = nullptr;
    try {
      idle_.reserve(max_idle);
      active_.push_back(take_idle());
      added = active_.back().get();
    } catch (...) {
      response failed;
      failed.error = "out of memory";
      exchange::call(done, std::move(failed));
      return;
    }
    if (!added->prepare(std::move(what), std::move(done))) return;
    if (active_.size() > max_requests)
      added->fail(outcome::no_answer, "too many requests under way");
    else if (multi_ == nullptr || curl_multi_add_handle(multi_, added->easy()) != CURLM_OK)
      added->fail(outcome::no_answer, "libcurl could not start");
  }

  void perform() noexcept override {
    if (multi_ == nullptr) return deliver_finished();
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const CURLcode result = message->data.result;  // the message dies with the next call
      char* owner = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
      exchange& one = *reinterpret_cast<exchange*>(owner);
      one.finish(result);
      curl_multi_remove_handle(multi_, easy);
      if (!one.finished() && curl_multi_add_handle(multi_, easy) != CURLM_OK)
        one.fail(outcome::no_answer, "libcurl could not start again");
    }
    deliver_finished();
  }

  [[nodiscard]] bool busy() const noexcept override { return !active_.empty(); }

  /// In whole milliseconds, rounded up.
  void wait(std::chrono::nanoseconds timeout) noexcept override {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(timeout);
    const auto bounded =
        std::clamp(rounded, std::chrono::milliseconds{0}, std::chrono::milliseconds{std::chrono::hours{24}});
    if (std::any_of(active_.begin(), active_.end(), [](const auto& one) { return one->finished(); })) return;
    if (multi_ == nullptr)
      std::this_thread::sleep_for(std::min(bounded, std::chrono::milliseconds{100}));
    else
      poll(bounded);
  }

  void wake() noexcept override {
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }

  /// Ends every request under way with `reason`, for a deadline. Never waits for the network.
  void abort_all(std::string_view reason) noexcept {
    for (const auto& one : active_) {
      if (one->finished()) continue;
      detach(*one);
      one->fail(outcome::aborted, reason);
    }
    deliver_finished();
  }

  /// For the child of a fork: forgets everything without touching a socket that the parent uses too. Afterwards no
  /// request can be sent.
  void abandon() noexcept {
    of_parent_ = std::move(active_);
    idle_of_parent_ = std::move(idle_);
    active_.clear();
    idle_.clear();
    multi_of_parent_ = std::exchange(multi_, nullptr);
  }

 private:
  static constexpr std::size_t max_idle = 8;
  static constexpr unsigned most_early_ends = 8;  // of waits, in a row

  void poll(std::chrono::milliseconds timeout) noexcept {
    using clock = std::chrono::steady_clock;
    const clock::time_point before = clock::now();
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(timeout.count()), nullptr);
    const bool at_once = clock::now() - before < std::chrono::microseconds{100};
    const auto on_http2 = [](const auto& one) { return one->is_http2(); };
    early_ends_ = at_once && std::any_of(active_.begin(), active_.end(), on_http2) ? early_ends_ + 1 : 0;
    // libcurl asks for a socket that can be written while it waits for HTTP/2's leave to write on.
    if (early_ends_ > most_early_ends) std::this_thread::sleep_for(std::min(timeout, std::chrono::milliseconds{1}));
  }

  void detach(const exchange& one) noexcept {
    if (multi_ != nullptr && !one.finished()) curl_multi_remove_handle(multi_, one.easy());
  }

  std::unique_ptr<exchange> take_idle() {
    if (idle_.empty()) return std::make_unique<exchange>();
    std::unique_ptr<exchange> next = std::move(idle_.back());
    idle_.pop_back();
    return next;
  }

  /// Only those that are finished now: what `done` sends again waits for the next round.
  void deliver_finished() noexcept {
    const auto finished = [](const std::unique_ptr<exchange>& one) { return one->finished(); };
    for (auto count = std::count_if(active_.begin(), active_.end(), finished); count > 0; --count) {
      const auto found = std::find_if(active_.begin(), active_.end(), finished);
      std::unique_ptr<exchange> one = std::move(*found);
      active_.erase(found);
      one->deliver();
      if (idle_.size() < max_idle) idle_.push_back(std::move(one));
    }
  }

  CURLM* multi_ = nullptr;
  CURLM* multi_of_parent_ = nullptr;  // never cleaned up
  std::vector<std::unique_ptr<exchange>> of_parent_;
  std::vector<std::unique_ptr<exchange>> idle_of_parent_;
  unsigned early_ends_ = 0;
  std::vector<std::unique_ptr<exchange>> active_;
  std::vector<std::unique_ptr<exchange>> idle_;
};

}  // namespace sonde::transport
