// SPDX-License-Identifier: MIT
#pragma once

// The sampling rules of a process: those of its account, as far as they are known and fresh, and its own for where these have
// none. Decides on every thread; is kept up to date by one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <sonde/sampling/counted_rule.hpp>
#include <sonde/sampling/sampler.hpp>

namespace sonde::sampling {

/// In the order they are asked.
using rule_list = std::vector<counted_rule>;

/// Who asks, for the rules' ServiceName and ServiceType.
struct rule_audience {
  std::string service_name{};    // empty: not known, as any rule likes it
  std::string dynamic_naming{};  // requests whose host is of this pattern go by their host in place of the service's name
  std::string service_type{};
};

class rule_book {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using list_pointer = std::shared_ptr<const rule_list>;

  /// `own` decide in their order, and then `rest`. What is learnt of the account's holds for `lifetime`.
  rule_book(rule_audience audience, std::vector<rule> own, rule rest, std::chrono::steady_clock::duration lifetime)
      : audience_{std::move(audience)}, lifetime_{lifetime} {
    rule_list list;
    for (rule& each : own) list.emplace_back(std::move(each), reservoir_owner::process);
    list.emplace_back(std::move(rest), reservoir_owner::process);
    own_ = std::make_shared<const rule_list>(std::move(list));
  }

  [[nodiscard]] const rule_audience& audience() const noexcept { return audience_; }
  /// Views of the request and of the audience.
  [[nodiscard]] rule_subject subject(const request_facts& request) const noexcept {
    const std::string_view host = view(request.host);
    return {name_for(host), audience_.service_type, host, view(request.method), view(request.path)};
  }

  [[nodiscard]] decision decide(const question& asked, std::uint32_t now_unix, time_point now) const noexcept {
    const rule_subject about = subject(asked.request);
    const list_pointer of_account = account_rules(now);
    const counted_rule* found = of_account != nullptr ? first_match(*of_account, about) : nullptr;
    if (found == nullptr) found = first_match(*own_, about);
    if (found == nullptr) return false;
    return {found->decide(asked.trace_id, now_unix), found->said().name};
  }

  /// The account's, sorted; those known before under the same name go on with their counters.
  void set_account_rules(std::vector<rule> fresh, time_point now) {
    std::sort(fresh.begin(), fresh.end(), [](const rule& a, const rule& b) {
      return std::tie(a.priority, a.name) < std::tie(b.priority, b.name);
    });
    const list_pointer before = known_rules();
    rule_list list;
    for (rule& each : fresh) {
      const counted_rule* const known = before != nullptr ? by_name(*before, each.name) : nullptr;
      if (known != nullptr)
        list.emplace_back(std::move(each), *known);
      else
        list.emplace_back(std::move(each), reservoir_owner::service);
    }
    list_pointer made = std::make_shared<const rule_list>(std::move(list));
    const std::lock_guard lock{mutex_};
    account_.swap(made);  // what it was goes after the lock
    fresh_until_ = now + lifetime_;
  }

  /// Null where none arrived, or none for too long.
  [[nodiscard]] list_pointer account_rules(time_point now) const noexcept {
    const std::lock_guard lock{mutex_};
    return now <= fresh_until_ ? account_ : nullptr;
  }
  /// The account's however old, or null.
  [[nodiscard]] list_pointer known_rules() const noexcept {
    const std::lock_guard lock{mutex_};
    return account_;
  }
  [[nodiscard]] const rule_list& own_rules() const noexcept { return *own_; }

  [[nodiscard]] static const counted_rule* first_match(const rule_list& among, const rule_subject& about) noexcept {
    for (const counted_rule& each : among)
      if (matches(each.said(), about)) return &each;
    return nullptr;
  }
  [[nodiscard]] static const counted_rule* by_name(const rule_list& among, std::string_view name) noexcept {
    for (const counted_rule& each : among)
      if (each.said().name == name) return &each;
    return nullptr;
  }

 private:
  [[nodiscard]] static std::string_view view(meta::text text) noexcept { return {text.data, text.size}; }
  /// What the segment will be called: a host is compared with its port, then without it.
  [[nodiscard]] std::string_view name_for(std::string_view host) const noexcept {
    if (audience_.dynamic_naming.empty() || host.empty()) return audience_.service_name;
    if (matches_glob(audience_.dynamic_naming, host)) return host;
    const std::string_view alone = host.substr(0, host.find(':', host.rfind(']') + 1));  // npos + 1 is 0
    return matches_glob(audience_.dynamic_naming, alone) ? alone : std::string_view{audience_.service_name};
  }

  rule_audience audience_;
  std::chrono::steady_clock::duration lifetime_;
  list_pointer own_;
  mutable std::mutex mutex_;  // held for a few instructions, when a trace begins
  list_pointer account_;
  time_point fresh_until_ = time_point::min();
};

}  // namespace sonde::sampling
