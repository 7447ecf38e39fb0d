// SPDX-License-Identifier: MIT
#pragma once

// A part of a session that asks a backend something now and then, such as which traces to sample, and takes no records. It
// says when and what to ask; the session sends on the collector's thread, one question at a time, beside the exporters.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sonde/pipeline/diagnostics.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::pipeline {

/// Lines for people. What is wrong is told at most once a minute.
struct poll_news {
  std::string good{};
  std::string bad{};
};

/// All calls come from the collector's thread.
class poller {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  poller() = default;
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;
  virtual ~poller() = default;

  /// What its lines begin with.
  [[nodiscard]] virtual std::string name() const = 0;
  /// When it may have something to ask; max where it has nothing.
  [[nodiscard]] virtual time_point due() const noexcept = 0;
  /// Follows `due`. Nothing: there is nothing to ask after all.
  [[nodiscard]] virtual std::optional<transport::request> ask(time_point now) = 0;
  /// What came of it.
  [[nodiscard]] virtual poll_news take(const transport::response& reply, time_point now) = 0;
};

/// How a session drives one. Stays in its place.
class polling {
 public:
  using time_point = poller::time_point;
  using send_function = std::function<void(transport::request, std::function<void(transport::response)>)>;

  /// `send` calls back from a later turn of the collector, or never where the session has ended; `out` outlives it.
  polling(std::shared_ptr<poller> asks, send_function send, std::function<void()> abandon, const diagnostics& out)
      : asks_{std::move(asks)}, send_{std::move(send)}, abandon_{std::move(abandon)}, out_{out} {}
  polling(const polling&) = delete;
  polling& operator=(const polling&) = delete;

  void advance(time_point now) noexcept {
    if (under_way_ || now < std::max(asks_->due(), not_before_)) return;
    not_before_ = now + shortest_pause;
    try {
      std::optional<transport::request> asked = asks_->ask(now);
      if (!asked) return;
      under_way_ = true;
      send_(std::move(*asked), [this](const transport::response& reply) { receive(reply); });
    } catch (...) {  // out of memory: later
      under_way_ = false;
    }
  }
  [[nodiscard]] time_point due() const noexcept {
    return under_way_ ? time_point::max() : std::max(asks_->due(), not_before_);
  }
  /// In the child of a fork: touches nothing that the parent shares.
  void abandon() noexcept {
    if (abandon_) abandon_();
  }

 private:
  static constexpr std::chrono::milliseconds shortest_pause{10};  // whatever a poller says

  void receive(const transport::response& reply) noexcept {
    under_way_ = false;
    try {
      const time_point now = std::chrono::steady_clock::now();
      const poll_news news = asks_->take(reply, now);
      if (!news.good.empty()) out_.say(asks_->name() + ": " + news.good);
      if (news.bad.empty()) return;
      const std::int64_t held_back = lines_.admit(now);
      if (held_back < 0) return;
      out_.say(asks_->name() + ": " + news.bad +
               (held_back > 0 ? " (" + std::to_string(held_back) + " more like this since)" : std::string{}));
    } catch (...) {  // out of memory, for words or for more
    }
  }

  std::shared_ptr<poller> asks_;
  send_function send_;
  std::function<void()> abandon_;
  const diagnostics& out_;
  rate_limit lines_{std::chrono::minutes{1}};
  time_point not_before_{};
  bool under_way_ = false;
};

}  // namespace sonde::pipeline
