// SPDX-License-Identifier: MIT
#pragma once

// A sampling rule at work: decides, and counts what X-Ray wants to be told. Asked from every thread at once.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <sonde/context/trace_id.hpp>
#include <sonde/sampling/ratio.hpp>
#include <sonde/sampling/reservoir.hpp>
#include <sonde/sampling/rule.hpp>

namespace sonde::sampling {

/// Since the last report. Source: AWS X-Ray API, "SamplingStatisticsDocument".
struct rule_statistics {
  std::uint64_t requests = 0;
  std::uint64_t sampled = 0;  // without what was borrowed
  std::uint64_t borrowed = 0;
};

/// What the service answers to a report. What is not said stays. Source: AWS X-Ray API, "SamplingTargetDocument".
struct rule_target {
  std::optional<double> fixed_rate{};
  std::optional<std::uint32_t> quota{};     // traces a second, of this process
  std::optional<std::uint32_t> valid_to{};  // seconds since 1970
};

/// Whose a rule's reservoir is: this process's alone, or divided by the service, which grants quotas; until then one trace a
/// second is borrowed.
enum class reservoir_owner : std::uint8_t { process, service };

class counted_rule {
 public:
  counted_rule(rule said, reservoir_owner whose) : said_{std::move(said)}, state_{std::make_shared<state>()} {
    state_->fixed_rate.store(said_.fixed_rate, std::memory_order_relaxed);
    if (whose == reservoir_owner::process) state_->tokens.set(said_.reservoir_size, reservoir::forever);
  }
  /// The same rule by name as `before`, which may be deciding still: goes on with its quota and its counters.
  counted_rule(rule said, const counted_rule& before) : said_{std::move(said)}, state_{before.state_} {
    if (said_ != before.said_) state_->fixed_rate.store(said_.fixed_rate, std::memory_order_relaxed);
  }

  [[nodiscard]] const rule& said() const noexcept { return said_; }
  [[nodiscard]] double fixed_rate() const noexcept { return state_->fixed_rate.load(std::memory_order_relaxed); }

  /// `now` in seconds since 1970. Source: AWS X-Ray SDKs, "reservoir" and "borrowing".
  [[nodiscard]] bool decide(const trace_id& trace, std::uint32_t now) const noexcept {
    count(state_->requests);
    switch (state_->tokens.take(now, said_.reservoir_size > 0)) {
      case reservoir::grant::quota: return count(state_->sampled), true;
      case reservoir::grant::borrowed: return count(state_->borrowed), true;
      case reservoir::grant::none: break;
    }
    const bool drawn = ratio{fixed_rate()}.should_sample({trace, {}});
    if (drawn) count(state_->sampled);
    return drawn;
  }

  void take(const rule_target& target) const noexcept {
    if (target.fixed_rate) state_->fixed_rate.store(*target.fixed_rate, std::memory_order_relaxed);
    state_->tokens.set(target.quota, target.valid_to);
  }

  [[nodiscard]] bool has_requests() const noexcept { return state_->requests.load(std::memory_order_relaxed) != 0; }
  /// What was counted since the last call. Of a decision under way a part may come with the next.
  [[nodiscard]] rule_statistics take_statistics() const noexcept {
    return {state_->requests.exchange(0, std::memory_order_relaxed), state_->sampled.exchange(0, std::memory_order_relaxed),
            state_->borrowed.exchange(0, std::memory_order_relaxed)};
  }
  /// Of a report that did not arrive.
  void give_back(const rule_statistics& unreported) const noexcept {
    state_->requests.fetch_add(unreported.requests, std::memory_order_relaxed);
    state_->sampled.fetch_add(unreported.sampled, std::memory_order_relaxed);
    state_->borrowed.fetch_add(unreported.borrowed, std::memory_order_relaxed);
  }

 private:
  using counter = std::atomic<std::uint64_t>;
  struct state {
    std::atomic<double> fixed_rate{0};
    reservoir tokens{};
    counter requests{0};
    counter sampled{0};
    counter borrowed{0};
  };
  static void count(counter& one) noexcept { one.fetch_add(1, std::memory_order_relaxed); }

  rule said_;
  std::shared_ptr<state> state_;
};

}  // namespace sonde::sampling
