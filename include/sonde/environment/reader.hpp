// SPDX-License-Identifier: MIT
#pragma once

// The one reader of environment variables: typed lookups over a copy of the environment. What is wrong with a value
// becomes a finding, one sentence for a person; nothing is printed here. Used once, at start, by everything that is
// configured.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/environment/key_values.hpp>
#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>

extern "C" char** environ;

namespace sonde::environment {

struct variable {
  std::string name;
  std::string value;
};

/// Something wrong in the environment, told in one sentence without secrets.
struct finding {
  std::string sentence;
};

/// Lookups return nothing for a variable that is unset, empty or unusable; the last of these is a finding.
/// `instead` is what the caller uses then, as text: `OTEL_BSP_MAX_QUEUE_SIZE='12x' is not a whole number; using 2048`.
/// Source: OpenTelemetry environment variable specification ("Configuration types").
class reader {
 public:
  /// Reads the environment of this process.
  reader() {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view line = *entry;
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos)
        variables_.push_back({std::string{line.substr(0, equals)}, std::string{line.substr(equals + 1)}});
    }
  }
  /// Reads these variables and nothing else, for tests.
  explicit reader(std::vector<variable> variables) : variables_{std::move(variables)} {}

  /// The value as it stands. A value that is nothing but `${NAME}` counts as unset; one with `${NAME}` in it is a
  /// finding.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    if (has_placeholder(*value))
      report(named(name, *value) + " has a ${…} that the shell or compose file did not substitute; used as it stands");
    return std::string{*value};
  }

  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max,
                                                    std::string_view instead = {}) {
    return number(name, min, max, "a whole number", instead);
  }

  /// Decimal point whatever the locale; NaN is out of range.
  [[nodiscard]] std::optional<double> real(std::string_view name, double min, double max,
                                           std::string_view instead = {}) {
    return number(name, min, max, "a number", instead);
  }

  /// A whole number of milliseconds, from 0 to 2^31-1. For timeouts the specification reads 0 as "no limit".
  [[nodiscard]] std::optional<std::chrono::milliseconds> milliseconds(std::string_view name,
                                                                      std::string_view instead = {}) {
    constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();
    const auto count = number(name, std::int64_t{0}, longest, "a whole number of milliseconds", instead);
    return count ? std::optional{std::chrono::milliseconds{*count}} : std::nullopt;
  }

  /// True only for `true`, in any case; false for `false`, and with a finding for everything else.
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    if (same_ignoring_case(trimmed(*value), "true")) return true;
    if (!same_ignoring_case(trimmed(*value), "false"))
      report(named(name, *value) + " is neither true nor false; using false");
    return false;
  }

  /// The one of `allowed` that the value equals in any case.
  [[nodiscard]] std::optional<std::string> choice(std::string_view name,
                                                  std::initializer_list<std::string_view> allowed,
                                                  std::string_view instead = {}) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    std::string listed;
    for (const std::string_view one : allowed) {
      if (same_ignoring_case(trimmed(*value), one)) return std::string{one};
      listed += (listed.empty() ? "" : ", ") + std::string{one};
    }
    report(named(name, *value) + " is not one of " + listed + outcome(instead));
    return std::nullopt;
  }

  /// The members between commas, without blanks around them; empty ones are left out.
  [[nodiscard]] std::optional<std::vector<std::string>> list(std::string_view name) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    std::vector<std::string> members;
    for (std::string_view rest = *value; !rest.empty();) {
      const std::size_t comma = rest.find(',');
      const std::string_view member = trimmed(rest.substr(0, comma));
      if (!member.empty()) members.emplace_back(member);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return members.empty() ? std::nullopt : std::optional{std::move(members)};
  }

  /// `k=v,k2=v2`; which members survive a bad one depends on `kind`. Each bad member is a finding.
  [[nodiscard]] std::optional<pairs> key_values(std::string_view name, pair_kind kind) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    parsed_pairs parsed = parse_key_values(*value, kind);
    for (const std::string& complaint : parsed.complaints)
      report(std::string{name} + ": " + complaint +
             (kind == pair_kind::headers ? "; skipped" : "; the whole variable is ignored"));
    return parsed.members.empty() ? std::nullopt : std::optional{std::move(parsed.members)};
  }

  /// Whether the variable is there and not empty, usable or not.
  [[nodiscard]] bool is_set(std::string_view name) const noexcept {
    const variable* const found = find(name);
    return found != nullptr && !found->value.empty();
  }

  /// Adds a finding of the caller's own; a sentence already there is not repeated. Beyond a hundred they are only counted.
  void report(const std::string& text) {
    if (findings_.size() > most_findings) {
      findings_.back().sentence = std::to_string(++untold_) + " more findings in the environment are not told";
      return;
    }
    std::string sentence = printable(text);
    const auto same = [&](const finding& known) { return known.sentence == sentence; };
    if (std::none_of(findings_.begin(), findings_.end(), same)) findings_.push_back({std::move(sentence)});
  }
  [[nodiscard]] const std::vector<finding>& findings() const noexcept { return findings_; }
  [[nodiscard]] const std::vector<variable>& variables() const noexcept { return variables_; }

  /// `NAME='value'` for a sentence: masked where the name tells of a secret, control characters and excess removed.
  [[nodiscard]] static std::string named(std::string_view name, std::string_view value) {
    constexpr std::size_t longest = 64;
    std::string shown{name};
    if (is_secret_name(name)) return shown + "=" + masked(value);
    return shown + "='" + printable(value.substr(0, longest)) + (value.size() > longest ? "…'" : "'");
  }

 private:
  [[nodiscard]] const variable* find(std::string_view name) const noexcept {
    for (const variable& one : variables_)
      if (one.name == name) return &one;
    return nullptr;
  }

  std::optional<std::string_view> usable(std::string_view name) {
    const variable* const found = find(name);
    if (found == nullptr) return std::nullopt;
    const std::string_view value = found->value;
    constexpr std::string_view culprit = "the shell or compose file ";
    if (value.empty()) {
      if (is_secret_name(name))
        report(std::string{name} + " is set but empty: " + std::string{culprit} +
               "had nothing to substitute; treated as not set");
      return std::nullopt;
    }
    if (is_placeholder(trimmed(value))) {
      report(std::string{name} + "='" + std::string{trimmed(value)} + "' is not a value: " + std::string{culprit} +
             "did not substitute it; treated as not set");
      return std::nullopt;
    }
    return value;
  }

  template <class Number>
  std::optional<Number> number(std::string_view name, Number min, Number max, std::string_view what,
                               std::string_view instead) {
    const std::optional<std::string_view> value = usable(name);
    if (!value) return std::nullopt;
    Number parsed{};
    const number_error error = parse_number(trimmed(*value), parsed);
    if (error == number_error::none && parsed >= min && parsed <= max) return parsed;
    if (error == number_error::not_a_number)
      report(named(name, *value) + " is not " + std::string{what} + outcome(instead));
    else
      report(named(name, *value) + " is not between " + written(min) + " and " + written(max) + outcome(instead));
    return std::nullopt;
  }

  static std::string outcome(std::string_view instead) {
    return instead.empty() ? "; ignored" : "; using " + std::string{instead};
  }

  static constexpr std::size_t most_findings = 100;

  std::vector<variable> variables_;
  std::vector<finding> findings_;
  std::size_t untold_ = 1;  // once there are more: the last of them is overwritten
};

}  // namespace sonde::environment
