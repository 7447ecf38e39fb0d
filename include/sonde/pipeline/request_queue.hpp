// SPDX-License-Identifier: MIT
#pragma once

// One lane at work: a bounded queue of what its intake has closed, requests under way, retries within a time limit, and a place
// in the ledger for every record whatever comes of it. Used by request_slot.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <sonde/context/entropy.hpp>
#include <sonde/pipeline/account.hpp>
#include <sonde/pipeline/batch_intake.hpp>
#include <sonde/pipeline/delivery_list.hpp>
#include <sonde/pipeline/errands.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/pipeline/outcome_lines.hpp>
#include <sonde/pipeline/retry.hpp>
#include <sonde/pipeline/selection_intake.hpp>
#include <sonde/record/record_reader.hpp>

namespace sonde::pipeline {

/// What a queue works with; all of it outlives the queue and stays in its place.
template <request_lane Lane, class Transport>
struct queue_surroundings {
  Lane& lane;
  account& ledger;
  record::record_reader& reader;
  Transport& transport;
  const diagnostics& out;
};

template <request_lane Lane, class Transport>
class request_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit request_queue(const queue_surroundings<Lane, Transport>& with)
      : lane_{with.lane},
        ledger_{with.ledger},
        transport_{with.transport},
        lines_{with.out},
        intake_{with.lane, with.ledger, with.reader, limits_},
        errands_{with.lane, with.transport} {}
  request_queue(const request_queue&) = delete;
  request_queue& operator=(const request_queue&) = delete;

  /// Once the exporter is open. `alone`: it has no other lane.
  void open(const std::string& exporter, bool alone) {
    limits_ = lane_.limits();
    std::string name = exporter;
    if constexpr (requires { lane_.label(); })
      if (!alone) name += ' ' + std::string{lane_.label()};
    lines_.whose(std::move(name));
  }

  [[nodiscard]] static constexpr bool has_place_for(tally one) noexcept { return intake::has_place_for(one); }
  /// A record it has a place for.
  void take(record::record_view record, tally one, time_point now) noexcept {
    if (!is_wanted(record)) return ledger_.dropped(one, drop_reason::unwanted);
    if (intake_.take(record, one, now, waiting_)) collect(now, false);
  }

  void advance(time_point now, bool flushing) noexcept {
    collect(now, flushing);
    if (!is_ready(now) || (now < resume_ && !can_withhold)) return;
    for (auto at = waiting_.begin(); at != waiting_.end() && under_way_ < limits_.concurrent;) {
      if (const auto why = withheld(*at, now))
        at = finish(at, *why);
      else
        at = !at->under_way && now >= std::max(at->next_attempt, resume_) ? send(at, now) : std::next(at);
    }
  }

  [[nodiscard]] bool idle() const noexcept { return intake_.held().records() == 0 && waiting_.empty(); }
  /// When `advance` is needed next at the latest.
  [[nodiscard]] time_point due() const noexcept {
    time_point soonest = intake_.due();
    if (under_way_ < limits_.concurrent)
      for (const delivery<batch>& each : waiting_)
        if (!each.under_way) soonest = std::min(soonest, std::max(each.next_attempt, resume_));
    return errands_.due(soonest);
  }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return limits_.age; }
  /// Counts whatever is left as lost to the end of the session.
  void give_up() noexcept {
    forget(intake_.forget(), drop_reason::session_ended);
    forget(waiting_.records(), drop_reason::session_ended);
    waiting_.clear();
    ++generation_;  // a reply that still comes is nobody's
    under_way_ = 0;
    errands_.forget();
  }

 private:
  using batch = typename Lane::batch;
  using intake = std::conditional_t<selects_records<Lane>, selection_intake<Lane>, batch_intake<Lane>>;
  static constexpr bool can_split = requires(Lane& lane, batch& some) {
    { lane.split(some) } -> std::same_as<batch>;
  };
  static constexpr bool can_withhold = requires(const Lane& lane, const batch& some, time_point now) {
    { lane.withholds(some, now) } -> std::same_as<std::optional<drop_reason>>;
  };
  static_assert(!can_split || encodes_spans<Lane> != encodes_logs<Lane>, "sonde: a lane that splits batches takes one signal");
  static constexpr bool has_rules = can_split && requires(Lane& lane, const batch& some) {
    { lane.exceeds(some) } -> std::same_as<bool>;
  };

  using place = typename delivery_list<batch>::place;

  /// All it has.
  [[nodiscard]] tally total() const noexcept {
    tally sum = intake_.held();
    return sum += waiting_.records();
  }
  [[nodiscard]] bool is_wanted([[maybe_unused]] record::record_view record) const noexcept {
    if constexpr (requires { lane_.wanted(record.header()); }) return lane_.wanted(record.header());
    if constexpr (requires { lane_.wanted(); }) return lane_.wanted();
    return true;
  }
  [[nodiscard]] bool is_ready(time_point now) noexcept {
    if (errands_.ready(now)) return true;
    say([&] {
      if (const std::string why = errands_.obstacle(); !why.empty() && !waiting_.empty())
        lines_.trouble(why + "; waiting: " + told(total()), now);
    });
    return false;
  }

  /// Takes what the intake has ready.
  void collect(time_point now, bool flushing) noexcept {
    while (auto ready = intake_.next(now, flushing, limits_.queue_bytes - std::min(limits_.queue_bytes, waiting_.bytes())))
      enqueue(std::move(*ready));
  }
  void enqueue(released<batch> some) noexcept {
    if (some.lost_as) return forget(some.records, *some.lost_as);
    place added;
    try {
      added = waiting_.add(waiting_.end(), std::move(some.content), some.records, some.bytes);
    } catch (...) {
      return forget(some.records, drop_reason::no_memory);
    }
    if constexpr (has_rules)
      while (added != waiting_.end() && added->records.records() > 1 && lane_.exceeds(added->content)) {
        added = divide(added);
        if (added != waiting_.end()) ++added;
      }
  }
  [[nodiscard]] std::optional<drop_reason> withheld([[maybe_unused]] const delivery<batch>& some,
                                                    [[maybe_unused]] time_point now) const noexcept {
    if constexpr (can_withhold)
      if (!some.under_way) return lane_.withholds(some.content, now);
    return std::nullopt;
  }

  void forget(tally some, drop_reason why) noexcept {
    ledger_.settled(some);
    ledger_.dropped(some, why);
  }

  /// Returns what to look at next: itself once more where it was split.
  place send(place what, time_point now) noexcept {
    if (what->attempts == 0) what->begun = now;
    try {
      transport::request made = lane_.request_for(what->content);
      const std::size_t bytes = has_rules ? what->bytes : std::max(made.body.size(), what->bytes);
      if (bytes > limits_.bytes) {
        const std::string why = "a request of " + std::to_string(bytes) + " bytes, over the limit of " +
                                std::to_string(limits_.bytes) + ", was not sent";
        return shrink(what, why, now);
      }
      made.timeout = limits_.timeout;
      if (limits_.timeout.count() != 0) made.timeout = std::max(remaining(*what, now), std::chrono::milliseconds{1});
      std::function<void(transport::response)> done = [this, what, sent = generation_](const transport::response& reply) {
        if (sent == generation_) receive(what, reply);
      };
      ++what->attempts;
      ++under_way_;
      what->under_way = true;
      const place next = std::next(what);
      transport_.send(std::move(made), std::move(done));  // may call back at once
      return next;
    } catch (...) {
      return finish(what, drop_reason::no_memory);
    }
  }
  [[nodiscard]] std::chrono::milliseconds remaining(const delivery<batch>& some, time_point now) const noexcept {
    return limits_.timeout - std::chrono::duration_cast<std::chrono::milliseconds>(now - some.begun);
  }

  void receive(place what, const transport::response& reply) noexcept {
    const time_point now = std::chrono::steady_clock::now();
    what->under_way = false;
    --under_way_;
    const verdict judged = judge(reply, what->content);
    switch (judged.result) {
      case verdict::outcome::accepted: return accept(what, judged, now);
      case verdict::outcome::retry: return retry(what, judged, now);
      case verdict::outcome::too_much: shrink(what, judged.sentence, now); break;
      case verdict::outcome::refused:
        say([&] { lines_.failure(judged.sentence, now); });
        finish(what, judged.lost_as);
    }
  }

  /// Where there is no memory to read a reply with, the request is tried again.
  [[nodiscard]] verdict judge(const transport::response& reply, [[maybe_unused]] const batch& sent) noexcept {
    try {
      if constexpr (judges_by_batch<Lane>)
        return lane_.judge(reply, sent);
      else
        return lane_.judge(reply);
    } catch (...) {
      return {.result = verdict::outcome::retry};
    }
  }
  /// What is only said does no harm where there is no memory for words.
  template <class Words>
  static void say(Words words) noexcept {
    try {
      words();
    } catch (...) {
    }
  }

  void accept(place what, const verdict& judged, time_point now) noexcept {
    resume_ = {};
    const tally all = what->records;
    const bool is_spans = all.spans != 0;
    const std::uint64_t refused = std::min(judged.rejected, is_spans ? all.spans : all.logs);
    const tally rejected{is_spans ? refused : 0, is_spans ? 0 : refused};
    ledger_.settled(all);
    ledger_.exported({all.spans - rejected.spans, all.logs - rejected.logs});
    ledger_.dropped(rejected, drop_reason::rejected);
    static_cast<void>(waiting_.remove(what));
    say([&] { judged.sentence.empty() ? lines_.success(told(all)) : lines_.failure(judged.sentence, now); });
  }

  void retry(place what, const verdict& judged, time_point now) noexcept {
    const auto wait = backoff_.delay(what->attempts, judged.retry_after);
    if (limits_.timeout.count() != 0 && wait >= remaining(*what, now)) {
      say([&] {
        lines_.failure(judged.sentence + (judged.sentence.empty() ? "" : "; ") + "gave up after " +
                           counted(what->attempts, "attempt") + ": " + told(what->records) + " lost",
                       now);
      });
      finish(what, drop_reason::retries_exhausted);
      return;
    }
    if (!judged.sentence.empty()) say([&] { lines_.trouble(judged.sentence + "; will retry", now); });
    what->next_attempt = now + wait;
    resume_ = std::max(resume_, what->next_attempt);  // whoever cannot take this one is left alone with the others
  }

  /// Two requests in place of one that is too large, or its end where it has a single record.
  place shrink(place what, const std::string& why, time_point now) noexcept {
    if constexpr (can_split) {
      if (what->records.records() > 1) {
        say([&] { lines_.trouble(why + "; sending " + told(what->records) + " in two requests", now); });
        return divide(what);
      }
    }
    if constexpr (requires { lane_.reduce(what->content); }) {
      bool is_less = false;
      try {
        is_less = lane_.reduce(what->content);
      } catch (...) {
        return finish(what, drop_reason::no_memory);
      }
      if (is_less) {
        say([&] { lines_.trouble(why + "; sending less of it", now); });
        what->next_attempt = {};
        return what;
      }
    }
    say([&] { lines_.failure(why + ": " + told(what->records) + " lost", now); });
    return finish(what, drop_reason::too_large);
  }

  /// Returns the first of the two.
  place divide(place what) noexcept {
    batch later;
    try {
      later = lane_.split(what->content);
    } catch (...) {
      return finish(what, drop_reason::no_memory);
    }
    const tally second = encodes_spans<Lane> ? tally{later.count(), 0} : tally{0, later.count()};
    const std::size_t bytes = later.size();
    waiting_.shrink(what, second, what->content.size());
    what->attempts = 0;
    what->next_attempt = {};
    try {
      waiting_.add(std::next(what), std::move(later), second, bytes);
    } catch (...) {
      forget(second, drop_reason::no_memory);
    }
    return what;
  }

  place finish(place what, drop_reason why) noexcept {
    forget(what->records, why);
    return waiting_.remove(what);
  }

  Lane& lane_;
  account& ledger_;
  Transport& transport_;
  outcome_lines lines_;
  batch_limits limits_;
  intake intake_;
  errands<Lane, Transport> errands_;
  backoff backoff_{context::seeded_id_source()};
  delivery_list<batch> waiting_;
  std::uint32_t under_way_ = 0;
  time_point resume_{};  // nothing is sent before
  std::uint64_t generation_ = 0;
};

}  // namespace sonde::pipeline
