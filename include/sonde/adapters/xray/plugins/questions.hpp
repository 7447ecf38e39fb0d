// SPDX-License-Identifier: MIT
#pragma once

// Asks the metadata services of AWS where the program runs, all at once and for a short time. Used by plugins.hpp when the
// session starts, before there is a collector.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <signal.h>

#include <sonde/environment/reader.hpp>
#include <sonde/transport/http.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::xray {

/// A source, such as aws::task_metadata_source, has `refusal()`, `who()`, `next_request()`, `receive(response)`, which
/// returns what went wrong, and `complete()`.
class plugin_questions {
 public:
  explicit plugin_questions(environment::reader& environment) : environment_{&environment} {}

  /// `source` must outlive finish().
  template <class Source>
  void ask(std::string_view plugin, Source& source) {
    if (const std::string why = source.refusal(); !why.empty()) return complain(plugin, why);
    send(plugin, source);
  }

  /// Waits for all of them, at most until the deadline. Nothing can be asked afterwards. The thread is for the signals that a
  /// closed connection can bring, which must not reach the program.
  void finish(std::chrono::milliseconds deadline) {
    if (!http_ || !http_->busy()) return;
    const std::string too_late = "no answer within " + std::to_string(deadline.count()) + " ms";
    std::thread{[&]() noexcept {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      const auto end = std::chrono::steady_clock::now() + deadline;
      for (http_->perform(); http_->busy() && std::chrono::steady_clock::now() < end; http_->perform())
        http_->wait(end - std::chrono::steady_clock::now());
      http_->abort_all(too_late);
      http_.reset();
    }}.join();
  }

  void complain(std::string_view plugin, const std::string& why) {
    environment_->report("X-Ray plugin " + std::string{plugin} + ": " + why);
  }

 private:
  template <class Source>
  void send(std::string_view plugin, Source& source) {
    if (!http_) http_.emplace();
    transport::request asked = source.next_request();
    asked.timeout = {};  // they have one deadline together
    http_->send(std::move(asked), [this, plugin, &source](const transport::response& answer) {
      if (const std::string why = source.receive(answer); !why.empty())
        complain(plugin, source.who() + " " + why);
      else if (!source.complete())
        send(plugin, source);
    });
  }

  environment::reader* environment_;
  std::optional<transport::http> http_{};  // made for the first question
};

}  // namespace sonde::xray
