// SPDX-License-Identifier: MIT
#pragma once

// The way of occurrences to Rollbar: every span and log is looked at, few make an item, each item is one request. Used by the
// exporter.

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include <sonde/adapters/rollbar/item_maker.hpp>
#include <sonde/adapters/rollbar/occurrences.hpp>
#include <sonde/adapters/rollbar/reply.hpp>
#include <sonde/adapters/rollbar/settings.hpp>
#include <sonde/adapters/rollbar/token_bucket.hpp>
#include <sonde/adapters/rollbar/truncation.hpp>
#include <sonde/context/entropy.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/retry_after.hpp>

namespace sonde::rollbar {

class lane {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// One item, as it is sent. Its uuid stays the same over all attempts: Rollbar keeps the first of those that arrive.
  struct batch {
    std::string body{};
    std::uint8_t reduced = 0;  // how often
    bool failsafe = false;
  };

  /// Stays where it is from now on.
  void open(settings used) {
    used_ = std::move(used);
    clean_ = scrubber{secret_names{used_.scrubbed}, used_.addresses};
    make_ = item_maker{used_, clean_, context::seeded_id_source()};
    occurrences_ = occurrences{used_, clean_, make_};
    allowance_ = token_bucket{used_.items_per_minute};
  }
  [[nodiscard]] const settings& used() const noexcept { return used_; }
  [[nodiscard]] pipeline::batch_limits limits() const noexcept { return used_.limits; }

  [[nodiscard]] std::optional<drop_reason> consider(const record::span_view& span, time_point now) {
    return occurrences_.consider(span, now);
  }
  [[nodiscard]] std::optional<drop_reason> consider(const record::log_view& log, time_point now) {
    return occurrences_.consider(log, now);
  }
  /// One at a time: what may be sent, and what may not.
  [[nodiscard]] std::optional<pipeline::released<batch>> release(time_point now, bool flushing) {
    if (allowance_.is_news()) return notice();
    std::optional<held_item> next = occurrences_.take_due(now, flushing);
    if (!next) return std::nullopt;
    pipeline::released<batch> made;
    made.records = next->records;
    made.lost_as = withholds({}, now);
    if (!made.lost_as && !allowance_.take(now)) made.lost_as = drop_reason::rate_limited;
    if (made.lost_as) return made;
    try {
      made.content = content_of(next->payload);
      made.bytes = made.content.body.size();
    } catch (...) {
      made.lost_as = drop_reason::no_memory;
    }
    return made;
  }
  [[nodiscard]] time_point release_due() const noexcept { return occurrences_.due(); }

  [[nodiscard]] transport::request request_for(const batch& sent) const {
    transport::request made;
    made.url = used_.url.text();
    made.headers = {{"Content-Type", "application/json"}, {std::string{token_header}, used_.token}};
    made.body = sent.body;
    made.kept_headers = {std::string{remaining_seconds_header}};
    return made;
  }

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply, const batch& sent) {
    using enum pipeline::verdict::outcome;
    if (reply.outcome == transport::outcome::no_answer || reply.outcome == transport::outcome::aborted)
      return {retry, 0, {}, reply.error + ", endpoint " + used_.where()};
    if (reply.outcome != transport::outcome::answered) return {refused, 0, {}, reply.error + ", endpoint " + used_.where()};
    const said content = read_reply(reply);
    std::string sentence = told_reply(used_, reply, content);
    if (reply.status >= 200 && reply.status < 300) {
      if (!content.understood) return {refused, 0, {}, sentence + " is no answer of Rollbar's: check the endpoint"};
      if (!content.stored) return {refused, 0, {}, std::move(sentence)};
      if (!sent.failsafe) return {};
      return {refused, 0, {}, "an item was too large however much of it was left out; Rollbar got a word about it instead",
              drop_reason::too_large};
    }
    switch (reply.status) {
      case 401:
      case 403:
        refuses_all_ = true;
        return {refused, 0, {},
                sentence + "; the access token " + used_.shown_token() +
                    " is not taken: it must be one of the project's, with the scope post_server_item. Nothing more is sent until "
                    "the next start"};
      case 413: return {too_much, 0, {}, std::move(sentence)};
      case 429: {
        const auto pause = pause_of(reply);
        paused_until_ = std::chrono::steady_clock::now() + pause;
        return {refused, 0, {}, sentence + "; items of the next " + std::to_string(pause.count()) + " s are dropped",
                drop_reason::rate_limited};
      }
      case 408: return {retry, 0, {}, std::move(sentence)};
      default: break;
    }
    if (reply.status >= 500)
      return {retry, 0, transport::parse_retry_after(reply.retry_after, std::time(nullptr)), std::move(sentence)};
    if (reply.status >= 300 && reply.status < 400) sentence += "; redirects are not followed: set the final address";
    return {refused, 0, {}, std::move(sentence)};
  }

  /// To half its size, then to a word about it; no further.
  [[nodiscard]] bool reduce(batch& some) {
    if (some.failsafe) return false;
    json payload = encoding::read_json_object(some.body);
    if (some.reduced++ == 0)
      if (auto smaller = fit(payload, some.body.size() / 2)) {
        some.body = std::move(*smaller);
        return true;
      }
    some = failsafe_for(payload);
    return true;
  }
  [[nodiscard]] std::optional<drop_reason> withholds(const batch&, time_point now) const noexcept {
    if (refuses_all_) return drop_reason::rejected;
    if (now < paused_until_) return drop_reason::rate_limited;
    return std::nullopt;
  }

 private:
  [[nodiscard]] batch content_of(json& payload) {
    if (auto text = fit(payload, used_.item_bytes)) return {std::move(*text), 0, false};
    return failsafe_for(payload);
  }
  [[nodiscard]] batch failsafe_for(const json& payload) {
    return {encoding::json_text(failsafe_item(payload, make_.uuid())), 1, true};
  }

  [[nodiscard]] pipeline::released<batch> notice() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    json payload = make_.notice("More than " + std::to_string(used_.items_per_minute) +
                                    " items a minute: sonde drops what is above that, and counts it.",
                                std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
    pipeline::released<batch> made;
    made.content = content_of(payload);
    made.bytes = made.content.body.size();
    return made;
  }

  settings used_{};
  scrubber clean_{};
  item_maker make_{};
  occurrences occurrences_{};
  token_bucket allowance_{};
  time_point paused_until_{};
  bool refuses_all_ = false;
};

static_assert(pipeline::request_lane<lane>);

}  // namespace sonde::rollbar
