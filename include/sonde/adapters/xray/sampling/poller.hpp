// SPDX-License-Identifier: MIT
#pragma once

// Keeps a process's sampling rules those of its account: asks the X-Ray daemon for rules, reports what was sampled, and takes
// the quotas granted for it. Used by sampler.hpp. Source: AWS X-Ray SDKs, "rule poller" and "target poller".

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/sampling/api.hpp>
#include <sonde/adapters/xray/sampling/config.hpp>
#include <sonde/adapters/xray/sampling/reach.hpp>
#include <sonde/context/entropy.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/sampling/rule_book.hpp>

namespace sonde::xray {

class sampling_poller final : public pipeline::poller {
 public:
  /// Intervals are cut to it: a longer one might overflow what the clock counts in.
  static constexpr std::chrono::hours longest{24 * 366};

  /// `daemon` is the URL of its proxy, without a path; `shown` the same for people, where a password is in it.
  sampling_poller(std::shared_ptr<sampling::rule_book> book, const sampling_config& config, std::string daemon,
                  std::string shown = {})
      : book_{std::move(book)},
        config_{config},
        daemon_{std::move(daemon)},
        shown_{shown.empty() ? daemon_ : std::move(shown)},
        client_id_{draw_client_id()} {
    for (std::chrono::milliseconds* const each : {&config_.rules_interval, &config_.targets_interval})
      *each = std::clamp<std::chrono::milliseconds>(*each, std::chrono::milliseconds{1}, longest);
  }

  [[nodiscard]] std::string name() const override { return "AWS X-Ray sampling"; }
  [[nodiscard]] time_point due() const noexcept override { return std::min(rules_due_, targets_due_); }
  /// 24 hexadecimal digits, of this process alone.
  [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }

  [[nodiscard]] std::optional<transport::request> ask(time_point now) override {
    if (now >= rules_due_) {
      asked_ = question::rules;
      return request_for("/GetSamplingRules", rules_question(next_token_));
    }
    if (reported_.empty()) collect_statistics(now);  // else they could not be sent last time
    if (reported_.empty()) {
      targets_due_ = now + spread(config_.targets_interval, 100);
      return std::nullopt;
    }
    asked_ = question::targets;
    return request_for("/SamplingTargets", targets_question(reported_, client_id_, unix_seconds()));
  }

  [[nodiscard]] pipeline::poll_news take(const transport::response& reply, time_point now) override {
    return asked_ == question::rules ? take_rules(reply, now) : take_targets(reply, now);
  }

 private:
  enum class question : std::uint8_t { rules, targets };
  static constexpr std::size_t most_pages = 50;
  static constexpr std::size_t most_rules = 1000;

  [[nodiscard]] static std::string draw_client_id() {
    context::id_source source = context::seeded_id_source();
    const std::uint64_t drawn[2] = {source.next(), source.next()};
    unsigned char bytes[12];
    __builtin_memcpy(bytes, drawn, sizeof bytes);
    std::string digits(2 * sizeof bytes, '0');
    encoding::put_hex(digits.data(), bytes, sizeof bytes);
    return digits;
  }
  [[nodiscard]] static std::int64_t unix_seconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
  }
  /// Up to a `part`th more, so that a fleet does not ask all at once.
  [[nodiscard]] std::chrono::nanoseconds spread(std::chrono::milliseconds interval, unsigned part) {
    const std::chrono::nanoseconds whole = interval;
    return whole + whole / part * static_cast<std::int64_t>(random_.next() % 1024) / 1024;
  }

  [[nodiscard]] transport::request request_for(const char* path, std::string body) const {
    transport::request made;
    made.url = daemon_ + path;
    made.headers = {{"Content-Type", "application/json"}};
    made.body = std::move(body);
    made.timeout = config_.timeout;
    return made;
  }
  /// The rest of a sentence about the daemon; empty where the reply is a success.
  [[nodiscard]] std::string fault_of(const transport::response& reply, const char* action) const {
    if (reply.outcome != transport::outcome::answered) return "the daemon at " + shown_ + " does not answer: " + reply.error;
    if (reply.status == 200) return {};
    std::string why = "the daemon at " + shown_ + " answers with HTTP status " + std::to_string(reply.status);
    if (reply.status == 403) why += std::string{" (do its credentials allow xray:"} + action + "?)";
    if (const std::string said = transport::excerpt(reply.body, {}); !said.empty()) why += ": " + said;
    return why;
  }

  [[nodiscard]] pipeline::poll_news take_rules(const transport::response& reply, time_point now) {
    std::string fault = fault_of(reply, "GetSamplingRules");
    if (!fault.empty()) return retry_rules(std::move(fault), now);
    rules_answer page = read_rules(reply.body);
    if (!page.usable) return retry_rules("the daemon at " + shown_ + " answers with something other than rules", now);
    ++pages_;
    std::move(page.rules.begin(), page.rules.end(), std::back_inserter(arriving_));
    std::move(page.passed_over.begin(), page.passed_over.end(), std::back_inserter(passed_over_));
    next_token_ = std::move(page.next_token);
    if (pages_ > most_pages || arriving_.size() > most_rules || passed_over_.size() > most_rules)
      return retry_rules("the daemon at " + shown_ + " answers with more rules than there can be", now);
    if (!next_token_.empty()) return {};  // due still

    rules_due_ = now + spread(config_.rules_interval, 60);
    targets_due_ = std::min(targets_due_, now + spread(config_.targets_interval, 100));
    retry_after_ = {};
    fetched_at_ = unix_seconds();
    const bool again = std::exchange(complained_, false);
    const bool changed = are_new(arriving_);
    book_->set_account_rules(std::exchange(arriving_, {}), now);
    std::erase_if(next_report_, [known = book_->known_rules()](const auto& each) {
      return sampling::rule_book::by_name(*known, each.first) == nullptr;
    });
    const std::vector<std::string> passed_over = std::exchange(passed_over_, {});
    pages_ = 0;
    if (!changed && !again) return {};
    return {(again ? "the daemon answers again; " : "") + told(passed_over), {}};
  }
  /// Nothing of the pages so far is used. Sooner than usual: a daemon that starts after its service is not waited for long.
  [[nodiscard]] pipeline::poll_news retry_rules(std::string why, time_point now) {
    arriving_.clear();
    passed_over_.clear();
    next_token_.clear();
    pages_ = 0;
    complained_ = true;
    const std::chrono::milliseconds shortest = std::min(config_.targets_interval, config_.rules_interval);
    retry_after_ = std::clamp(2 * retry_after_, shortest, config_.rules_interval);
    rules_due_ = now + spread(retry_after_, 60);
    return {{}, std::move(why) + (book_->account_rules(now) != nullptr ? "; the rules known so far stay in use"
                                                                       : "; local rules decide")};
  }
  [[nodiscard]] bool are_new(const std::vector<sampling::rule>& fresh) const {
    const sampling::rule_book::list_pointer known = book_->known_rules();
    if (known == nullptr || known->size() != fresh.size()) return true;
    return !std::all_of(fresh.begin(), fresh.end(), [&](const sampling::rule& each) {
      const sampling::counted_rule* const same = sampling::rule_book::by_name(*known, each.name);
      return same != nullptr && same->said() == each;
    });
  }
  [[nodiscard]] std::string told(const std::vector<std::string>& passed_over) const {
    const sampling::rule_book::list_pointer rules = book_->known_rules();
    std::string line = std::to_string(rules->size()) + (rules->size() == 1 ? " rule" : " rules") + " of the account arrived: " +
                       reach_of(*rules, book_->audience());
    if (!passed_over.empty())
      line += "; not used: " + passed_over.front() +
              (passed_over.size() > 1 ? ", and " + std::to_string(passed_over.size() - 1) + " more" : "");
    return line;
  }

  /// Of rules that had requests and whose turn it is; the rest when these are answered.
  void collect_statistics(time_point now) {
    reporting_ = book_->account_rules(now);
    if (reporting_ == nullptr) return;
    reported_.reserve(most_statistics);  // so that nothing throws between taking and keeping what was counted
    for (const sampling::counted_rule& each : *reporting_) {
      if (reported_.size() == most_statistics) break;
      if (!each.has_requests()) continue;
      time_point& turn = next_report_[each.said().name];
      if (now < turn) continue;
      turn = now + config_.targets_interval;
      statistics_document document{each.said().name, {}};
      document.counted = each.take_statistics();
      reported_.push_back(std::move(document));
    }
  }

  [[nodiscard]] pipeline::poll_news take_targets(const transport::response& reply, time_point now) {
    const sampling::rule_book::list_pointer reporting = std::exchange(reporting_, nullptr);
    std::vector<statistics_document> reported = std::exchange(reported_, {});
    const bool full = reported.size() == most_statistics;
    targets_due_ = full ? now : now + spread(config_.targets_interval, 100);
    const auto give_back = [&](const statistics_document& each) {
      if (const auto* const rule = sampling::rule_book::by_name(*reporting, each.rule)) rule->give_back(each.counted);
    };
    if (std::string fault = fault_of(reply, "GetSamplingTargets"); !fault.empty()) {
      std::for_each(reported.begin(), reported.end(), give_back);  // what was not answered with success was not counted
      if (full) targets_due_ = now + spread(config_.targets_interval, 100);
      complained_ = true;
      return {{}, std::move(fault) + "; statistics are reported later"};
    }
    const targets_answer answer = read_targets(reply.body);
    if (!answer.usable)  // it was a success nevertheless: reported once more, they would count twice
      return {{}, "the daemon at " + shown_ + " answers a report of statistics with something other than targets"};
    take(answer, *reporting, now);
    std::string failed;
    for (const unprocessed_statistics& each : answer.unprocessed) {
      const auto same = [&](const statistics_document& one) { return one.rule == each.rule; };
      if (const auto found = std::find_if(reported.begin(), reported.end(), same); found != reported.end()) {
        give_back(*found);
        found->counted = {};  // once, however often it is named
      }
      if (each.error.starts_with('4')) rules_due_ = std::min(rules_due_, now);  // of a rule that is no longer so
      if (failed.empty()) failed = "statistics of rule `" + transport::excerpt(each.rule, {}) + "` were not taken: " + each.error;
    }
    return {{}, std::move(failed)};
  }
  void take(const targets_answer& answer, const sampling::rule_list& reporting, time_point now) {
    for (const named_target& each : answer.targets) {
      const sampling::counted_rule* const rule = sampling::rule_book::by_name(reporting, each.rule);
      if (rule == nullptr) continue;
      rule->take(each.target);
      if (!each.interval) continue;
      const std::chrono::milliseconds wait = std::chrono::seconds{*each.interval};
      // No sooner than usual: a full report would be followed by one of the same rules at once, for ever.
      next_report_[each.rule] = now + std::max(wait, config_.targets_interval);
    }
    // By the service's own clock where it has told a time before: ours may be another.
    const bool changed = change_known_ != 0 ? answer.rules_changed != change_known_
                                            : answer.rules_changed > static_cast<double>(fetched_at_);
    if (answer.rules_changed != 0 && changed) rules_due_ = std::min(rules_due_, now);
    if (answer.rules_changed != 0) change_known_ = answer.rules_changed;
  }

  std::shared_ptr<sampling::rule_book> book_;
  sampling_config config_;
  std::string daemon_;
  std::string shown_;
  std::string client_id_;
  context::id_source random_ = context::seeded_id_source();
  question asked_ = question::rules;

  time_point rules_due_{};  // at once
  time_point targets_due_ = time_point::max();
  std::chrono::milliseconds retry_after_{};
  bool complained_ = false;

  std::vector<sampling::rule> arriving_;  // of the pages so far
  std::vector<std::string> passed_over_;
  std::string next_token_;
  std::size_t pages_ = 0;
  std::int64_t fetched_at_ = 0;    // seconds since 1970
  double change_known_ = 0;        // LastRuleModification of the last report

  sampling::rule_book::list_pointer reporting_;  // whose statistics are under way
  std::vector<statistics_document> reported_;
  std::map<std::string, time_point, std::less<>> next_report_;
};

}  // namespace sonde::xray
