// SPDX-License-Identifier: MIT
#pragma once

// What came from where: settles each setting by precedence and remembers the winner, so that a session can print it and
// an error line can name the setting to change. Filled by everything that is configured.

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::environment {

/// One settled setting, fit to be printed.
struct setting {
  std::string name;    // `otlp.endpoint`
  std::string value;   // as shown: with its unit, masked if secret
  std::string source;  // `set in code`, `from OTEL_EXPORTER_OTLP_ENDPOINT` or `default`

  /// `otlp.endpoint = http://localhost:4318 (default)`
  [[nodiscard]] std::string sentence() const { return name + " = " + value + " (" + source + ")"; }
};

/// A looked-up variable and what it held.
template <class T>
struct from_variable {
  std::string_view variable;
  std::optional<T> value;
};

enum class visibility : unsigned char { plain, secret };

/// How a value reads in a setting.
[[nodiscard]] inline std::string shown(const std::string& value) { return value.empty() ? "(none)" : value; }
[[nodiscard]] inline std::string shown(bool value) { return value ? "true" : "false"; }
[[nodiscard]] inline std::string shown(std::chrono::milliseconds value) { return written(value.count()) + " ms"; }
[[nodiscard]] inline std::string shown(const pairs& headers) { return mask_headers(headers); }
template <class Number>
requires std::is_arithmetic_v<Number>
[[nodiscard]] std::string shown(Number value) { return written(value); }

class provenance {
 public:
  /// The first that is there of `explicit_value`, the variables in their order, and `fallback`; the choice is recorded.
  template <class T>
  T resolve(std::string_view name, std::optional<T> explicit_value,
            std::initializer_list<from_variable<std::type_identity_t<T>>> variables, std::type_identity_t<T> fallback,
            visibility seen = visibility::plain) {
    if (explicit_value) return record(name, std::move(*explicit_value), "set in code", seen);
    for (const auto& [variable, value] : variables)
      if (value) return record(name, *value, "from " + std::string{variable}, seen);
    return record(name, std::move(fallback), "default", seen);
  }

  /// Records a setting that was settled elsewhere, and returns its value.
  template <class T>
  T record(std::string_view name, T value, std::string source, visibility seen) {
    std::string text;
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      if (seen == visibility::secret) text = masked(value);
    } else if (seen == visibility::secret && !std::is_same_v<T, pairs>) {
      text = "(set)";
    }
    if (text.empty()) text = shown(value);
    settings_.push_back({std::string{name}, printable(text), std::move(source)});
    return value;
  }

  [[nodiscard]] const std::vector<setting>& settings() const noexcept { return settings_; }

  /// The setting of this name, to name its source in an error line; null if it was never settled.
  [[nodiscard]] const setting* find(std::string_view name) const noexcept {
    for (const setting& one : settings_)
      if (one.name == name) return &one;
    return nullptr;
  }

 private:
  std::vector<setting> settings_;
};

}  // namespace sonde::environment
