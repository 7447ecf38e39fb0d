// SPDX-License-Identifier: MIT
#pragma once

// Finds credentials as the AWS SDKs do and renews them before they expire: code, environment, shared profile,
// container, EC2 instance. Does no I/O over the network itself: whoever owns a transport asks what to send and hands
// back what came. Used by exporters, on the collector's thread.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sonde/aws/container_credentials.hpp>
#include <sonde/aws/credentials.hpp>
#include <sonde/aws/environment_credentials.hpp>
#include <sonde/aws/instance_credentials.hpp>
#include <sonde/aws/profile_credentials.hpp>
#include <sonde/aws/shared_profile.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

/// What code may settle. Keys win over everything; a profile wins over keys in the environment.
struct credential_config {
  std::optional<credentials> keys{};
  std::optional<std::string> profile{};
};

/// The first source that is configured counts, for good: one that turns out to be of no use is complained of, and no
/// other is asked, so that nothing is sent under an identity that nobody chose.
class credential_chain {
 public:
  using steady = std::chrono::steady_clock;
  using wall = std::chrono::system_clock;

  /// `profile` is the one read_shared_profile() gave for config.profile. Reads no variable later.
  credential_chain(const credential_config& config, const shared_profile& profile, environment::reader& environment) {
    find(config, profile, environment);
  }

  /// What to send now, if anything; one request at a time. Its answer must come to receive(), whatever it is.
  [[nodiscard]] std::optional<transport::request> next_request(steady::time_point now, wall::time_point today) {
    if (!on_network()) {
      if (current_ && !current_->valid_at(today))
        complaint_ = "the AWS credentials from " + source_ + " have expired, and nothing renews these";
      return std::nullopt;
    }
    if (under_way_ || now < not_before_) return std::nullopt;
    if (current_ && current_->valid_at(today) && now < renew_at_) return std::nullopt;
    std::optional<transport::request> request;
    std::string why;
    if (instance_)
      request = instance_->next_request();
    else
      request = container_->next_request(why);
    under_way_ = request.has_value();
    if (!request) fail(why, now);
    return request;
  }

  /// A sentence where it went wrong, else empty. Another step may follow at once: see due().
  [[nodiscard]] std::string receive(const transport::response& response, steady::time_point now,
                                    wall::time_point today) {
    if (!std::exchange(under_way_, false)) return {};
    fetch_result result = instance_ ? instance_->receive(response, today) : container_->receive(response, today);
    if (response.outcome == transport::outcome::aborted) return {};
    if (!result.complaint.empty()) {
      fail(result.complaint, now);
      return complaint_;
    }
    if (!result.found) return {};
    current_ = std::move(result.found);
    complaint_.clear();
    failures_ = 0;
    schedule(now, today);
    return {};
  }

  /// What to sign with; null where there is nothing (any more), for which complaint() may say why.
  [[nodiscard]] const credentials* usable(wall::time_point today) const noexcept {
    return current_ && current_->valid_at(today) ? &*current_ : nullptr;
  }

  /// When next_request() has something again, if the clocks agree; never for keys that nobody renews, nor while a request
  /// is under way.
  [[nodiscard]] std::optional<steady::time_point> due() const noexcept {
    if (!on_network() || under_way_) return std::nullopt;
    return current_ ? std::max(renew_at_, not_before_) : not_before_;
  }

  /// The backend refused what usable() gave (expired, revoked): asks for others, if not sooner than a minute after the
  /// last. Keys that nobody renews stay.
  void renew(steady::time_point now) noexcept {
    renew_at_ = std::min(renew_at_, std::max(now, fetched_at_ + std::chrono::minutes{1}));
  }

  /// `AKIA… from AWS_ACCESS_KEY_ID`, `from the instance metadata service (http://169.254.169.254/)`; empty if there is
  /// no source.
  [[nodiscard]] std::string source() const {
    if (source_.empty()) return {};
    return (current_ ? current_->shown() + " from " : "from ") + source_;
  }

  /// A sentence: why there are no credentials, or no newer ones. Empty if all is well, or not asked for yet.
  [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

 private:
  [[nodiscard]] bool on_network() const noexcept { return container_ || instance_; }

  void find(const credential_config& config, const shared_profile& profile, environment::reader& environment) {
    if (config.keys) {
      const std::string fault = config.keys->fault();
      settle({config.keys, "code", fault.empty() ? fault : "AWS credentials set in code: " + fault});
      return;
    }
    if (!config.profile && settle(environment_credentials(environment))) return;
    if (settle(profile_credentials(profile, environment))) return;
    container_.emplace(environment);
    if (container_->configured()) return ask(*container_);
    container_.reset();
    instance_.emplace(environment);
    if (instance_->enabled()) return ask(*instance_);
    instance_.reset();
    complaint_ = "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put keys into the profile '" +
                 profile.name + "' of " + profile.credentials_file;
  }

  /// Whether the source holds something; then it is the one.
  bool settle(credential_lookup lookup) {
    complaint_ = std::move(lookup.refusal);
    if (!complaint_.empty()) return true;
    current_ = std::move(lookup.found);
    if (current_) source_ = std::move(lookup.source);
    return current_.has_value();
  }

  template <class Service>
  void ask(const Service& service) {
    source_ = service.who();
    complaint_ = service.refusal();
    if (complaint_.empty()) return;
    container_.reset();
    instance_.reset();
    source_.clear();
  }

  /// A quarter of what is left before they expire, but at most 15 minutes, as the SDKs do; spread, so that a fleet does
  /// not ask at once.
  void schedule(steady::time_point now, wall::time_point today) {
    using namespace std::chrono;
    const auto left = std::clamp<nanoseconds>(*current_->expiry - today, nanoseconds{0}, hours{24});
    const auto early = std::min<nanoseconds>(left / 4, minutes{15});
    fetched_at_ = now;
    renew_at_ = now + std::max<nanoseconds>(left - early - spread(early / 4), seconds{10});
  }

  /// Waits 1 s after the first failure, twice as long after each further one, 2 minutes at most; less up to half.
  void fail(const std::string& why, steady::time_point now) {
    using namespace std::chrono;
    constexpr unsigned doublings = 7;
    const nanoseconds longest = std::min<nanoseconds>(seconds{1} * (1 << std::min(failures_, doublings)), minutes{2});
    ++failures_;
    not_before_ = now + longest - spread(longest / 2);
    complaint_ = (current_ ? "no newer AWS credentials: " : "no AWS credentials: ") + source_ + " " + why;
    if (instance_ && !current_)
      complaint_ += "; outside of EC2 set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile";
  }

  /// From 0 to `most`, by chance (splitmix64).
  [[nodiscard]] std::chrono::nanoseconds spread(std::chrono::nanoseconds most) noexcept {
    std::uint64_t bits = chance_ += 0x9E3779B97F4A7C15;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
    bits ^= bits >> 31;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(bits % (static_cast<std::uint64_t>(most.count()) + 1))};
  }

  std::optional<credentials> current_{};
  std::string source_{};
  std::string complaint_{};
  std::optional<container_credentials> container_{};  // at most one of these two
  std::optional<instance_credentials> instance_{};
  bool under_way_ = false;
  unsigned failures_ = 0;  // in a row
  steady::time_point not_before_{};
  steady::time_point renew_at_{};
  steady::time_point fetched_at_{};
  // Wants no secrecy, only that not all processes have the same.
  std::uint64_t chance_ = static_cast<std::uint64_t>(steady::now().time_since_epoch().count()) ^
                          static_cast<std::uint64_t>(wall::now().time_since_epoch().count());
};

}  // namespace sonde::aws
