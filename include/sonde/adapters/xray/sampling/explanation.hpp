// SPDX-License-Identifier: MIT
#pragma once

// Why a request is sampled or not: which rule decides, and what speaks against the others. Asked by people, of the rules in use.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <pthread.h>

#include <sonde/adapters/xray/sampling/reach.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/record/lasting.hpp>
#include <sonde/sampling/rule_book.hpp>

namespace sonde::xray {

/// Empty: not known, and so no obstacle to any rule.
struct request {
  std::string method{};
  std::string path{};
  std::string host{};
};

/// What one rule says to it.
struct rule_finding {
  std::string rule{};                    // its name, or what it is
  std::int32_t priority = 0;
  double fixed_rate = 0;                 // as it is now
  std::uint32_t reservoir_size = 0;      // traces a second
  std::vector<std::string> obstacles{};  // ``HTTPMethod `POST` is not GET``; empty: it matches
  bool decides = false;
};

struct explanation {
  std::string rule{};      // that decides; empty where nothing does
  bool of_account = false; // it is one of the account's, not a local one
  std::string source{};    // `the account's rules`, `local rules, for none arrived from the account`
  std::vector<rule_finding> rules{};  // in the order they are asked

  /// For people, a line for each rule.
  [[nodiscard]] std::string text() const {
    if (rule.empty() && rules.empty()) return source;
    std::string lines = "decided by " + rule + ", of " + source;
    for (const rule_finding& each : rules) {
      lines += "\n  " + each.rule + " (priority " + std::to_string(each.priority) + "; " + std::to_string(each.reservoir_size) +
               " a second, then " + environment::written(100 * each.fixed_rate) + " %): ";
      if (each.obstacles.empty()) lines += each.decides ? "matches, and decides" : "matches too, but comes later";
      for (std::size_t i = 0; i < each.obstacles.size(); ++i) lines += (i != 0 ? "; " : "") + each.obstacles[i];
    }
    return lines;
  }
};

/// What speaks against a rule, property by property.
[[nodiscard]] inline rule_finding examine(const sampling::counted_rule& one, const sampling::rule_subject& about) {
  const sampling::rule& said = one.said();
  rule_finding made{shown_rule(said), said.priority, one.fixed_rate(), said.reservoir_size, {}, false};
  for (std::size_t i = 0; i < sampling::rule_properties; ++i) {
    const auto property = static_cast<sampling::rule_property>(i);
    if (sampling::matches(said, about, property)) continue;
    made.obstacles.push_back(std::string{sampling::rule_property_names[i]} + " `" +
                             transport::excerpt(said.pattern(property), {}) + "` is not " + transport::excerpt(about[i], {}));
  }
  return made;
}

[[nodiscard]] inline explanation explain(const sampling::rule_book& book, const request& asked) {
  const auto text = [](const std::string& from) { return meta::text{from.data(), from.size()}; };
  const request_facts facts{text(asked.method), text(asked.path), text(asked.host)};
  const sampling::rule_subject about = book.subject(facts);
  explanation made;
  const auto examine_all = [&](const sampling::rule_list& rules) {
    for (const sampling::counted_rule& each : rules) {
      made.rules.push_back(examine(each, about));
      rule_finding& last = made.rules.back();
      if (!last.obstacles.empty() || !made.rule.empty()) continue;
      last.decides = true;
      made.rule = last.rule;
    }
  };
  if (const auto of_account = book.account_rules(std::chrono::steady_clock::now()); of_account != nullptr) {
    made.source = "the account's rules";
    examine_all(*of_account);
    made.of_account = !made.rule.empty();
    if (made.of_account) return made;
    made.source = "local rules, for none of the account's matches";
  } else {
    made.source = book.known_rules() != nullptr ? "local rules, for those of the account are too old"
                                                : "local rules, for none have arrived from the account";
  }
  examine_all(book.own_rules());
  return made;
}

/// The book of the session that started last with X-Ray's rules; for `explain` alone.
class books_in_use {
 public:
  static void set(const std::shared_ptr<const sampling::rule_book>& book) {
    const std::lock_guard lock{instance().mutex_};
    instance().last_ = book;
  }
  [[nodiscard]] static std::shared_ptr<const sampling::rule_book> last() {
    const std::lock_guard lock{instance().mutex_};
    return instance().last_.lock();
  }
  /// The child of a fork has no session yet, and so none of its parent's books, whose locks may be held.
  void watch_forks() noexcept {
    pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                   [] {
                     instance().last_.reset();
                     instance().mutex_.unlock();
                   });
  }

 private:
  [[nodiscard]] static books_in_use& instance() { return record::lasting<books_in_use>(); }

  std::mutex mutex_;
  std::weak_ptr<const sampling::rule_book> last_;
};

/// By the rules in use now: `std::puts(sonde::xray::explain({.method = "GET", .path = "/"}).text().c_str())`.
[[nodiscard]] inline explanation explain(const request& asked) {
  if (const auto book = books_in_use::last(); book != nullptr) return explain(*book, asked);
  explanation none;
  none.source = "no session samples by X-Ray's rules";
  return none;
}

}  // namespace sonde::xray
