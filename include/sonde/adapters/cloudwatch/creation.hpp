// SPDX-License-Identifier: MIT
#pragma once

// Makes a log group and stream that are not there, one request after the other: the group, how long it keeps lines, the stream.
// Does no I/O itself: lane.hpp hands its requests to the pipeline as errands.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sonde/adapters/cloudwatch/api.hpp>
#include <sonde/adapters/cloudwatch/reply.hpp>
#include <sonde/adapters/cloudwatch/sentences.hpp>
#include <sonde/adapters/cloudwatch/settings.hpp>

namespace sonde::cloudwatch {

class creation {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Begins to make what a batch for `stream` found missing. False where that has just failed: not tried again for a minute.
  [[nodiscard]] bool begin(const std::string& stream, bool group_is_missing, time_point now) {
    if (under_way()) return true;
    if (now < not_before_) return false;
    stream_ = stream;
    go_to(group_is_missing ? step::group : step::stream);
    failure_.clear();
    return true;
  }

  [[nodiscard]] bool under_way() const noexcept { return step_ != step::none; }
  /// When next_request() has something; never where nothing is to be made.
  [[nodiscard]] time_point due() const noexcept { return under_way() ? not_before_ : time_point::max(); }

  [[nodiscard]] std::optional<transport::request> next_request(const settings& used, const aws::credentials* keys,
                                                               time_point now) const {
    if (!under_way() || now < not_before_) return std::nullopt;
    return api_request(used, keys, operation(), body(used));
  }

  /// `source`: of the keys, for people.
  void receive(const transport::response& reply, const settings& used, const aws::credentials* keys, const std::string& source,
               time_point now) {
    if (!under_way() || reply.outcome == transport::outcome::aborted) return;
    if (reply.outcome != transport::outcome::answered) return again(used, reply.error + ", endpoint " + used.where(), now);
    if (reply.status >= 200 && reply.status < 300) return done(used);
    const error_reply error = read_error(reply);
    std::string sentence = told_error(used, error, reply, keys);
    switch (error.meaning) {
      case meaning::already_there: return done(used);
      case meaning::busy:
      case meaning::keys:
      case meaning::clock: return again(used, sentence, now);
      case meaning::missing:
        if (step_ == step::stream && !group_tried_) return go_to(step::group);
        return again(used, sentence, now);
      case meaning::permission: sentence += "; " + permission_advice(used, operation(), source); break;
      default: break;
    }
    fail(used, sentence, now);
  }

  /// While it waits for another attempt: why. Afterwards: why there is no group or stream.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  /// What went wrong though lines arrive; handed over once.
  [[nodiscard]] std::string take_remark() noexcept { return std::exchange(remark_, {}); }

 private:
  enum class step : std::uint8_t { none, group, retention, stream };
  static constexpr std::uint32_t most_attempts = 5;

  [[nodiscard]] std::string_view operation() const noexcept {
    switch (step_) {
      case step::group: return "CreateLogGroup";
      case step::retention: return "PutRetentionPolicy";
      default: return "CreateLogStream";
    }
  }
  [[nodiscard]] std::string body(const settings& used) const {
    switch (step_) {
      case step::group: return create_log_group(used);
      case step::retention: return put_retention_policy(used);
      default: return create_log_stream(used, stream_);
    }
  }
  [[nodiscard]] std::string undertaking(const settings& used) const {
    const std::string group = "the log group '" + used.log_group + "'";
    switch (step_) {
      case step::group: return group + " is not there and cannot be created: ";
      case step::retention: return group + " was created, but keeps lines for ever: ";
      default: return "the log stream '" + stream_ + "' of group '" + used.log_group + "' is not there and cannot be created: ";
    }
  }

  void go_to(step next) noexcept {
    group_tried_ = next == step::group || (group_tried_ && next != step::none && under_way());
    step_ = next;
    attempts_ = 0;
    not_before_ = {};
  }
  /// A group that somebody else has just made keeps what they chose; asked once more does no harm.
  void done(const settings& used) noexcept {
    failure_.clear();
    switch (step_) {
      case step::group: return go_to(used.retention_days ? step::retention : step::stream);
      case step::retention: return go_to(step::stream);
      default: return go_to(step::none);
    }
  }
  /// After 0.2 s, then twice as long each time.
  void again(const settings& used, const std::string& why, time_point now) {
    if (++attempts_ >= most_attempts) return fail(used, why + "; gave up after 5 attempts", now);
    failure_ = undertaking(used) + why;
    not_before_ = now + std::chrono::milliseconds{100} * (1 << attempts_);
  }
  /// Lines arrive without a retention policy, but not without a group.
  void fail(const settings& used, const std::string& why, time_point now) {
    const std::string sentence = undertaking(used) + why;
    if (step_ == step::retention) {
      remark_ = sentence;
      return go_to(step::stream);
    }
    go_to(step::none);
    failure_ = sentence;
    not_before_ = now + std::chrono::minutes{1};
  }

  step step_ = step::none;
  std::string stream_;
  bool group_tried_ = false;  // since it began
  std::uint32_t attempts_ = 0;  // of this step
  time_point not_before_{};
  std::string failure_;
  std::string remark_;
};

}  // namespace sonde::cloudwatch
