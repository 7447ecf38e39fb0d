// SPDX-License-Identifier: MIT
#pragma once

// Honeycomb's addresses, its keys and the headers that carry them. Source: Honeycomb, "Send Data with OpenTelemetry".

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::otlp {

/// `sonde::otlp::exporter{{.honeycomb = sonde::otlp::honeycomb{}}}` takes the key from HONEYCOMB_API_KEY.
struct honeycomb {
  enum class region : std::uint8_t { us, eu };
  region where = region::us;
  std::string api_key{};  // HONEYCOMB_API_KEY
  std::string dataset{};  // HONEYCOMB_DATASET; for classic keys, others derive it from the service's name

  static constexpr std::string_view key_header = "x-honeycomb-team";
  static constexpr std::string_view dataset_header = "x-honeycomb-dataset";

  [[nodiscard]] std::string_view endpoint() const noexcept {
    return where == region::eu ? "https://api.eu1.honeycomb.io" : "https://api.honeycomb.io";
  }

  /// Whether `host` is one of theirs.
  [[nodiscard]] static bool is_host(std::string_view host) noexcept {
    constexpr std::string_view domain = "honeycomb.io";
    if (host.size() < domain.size() || !environment::same_ignoring_case(host.substr(host.size() - domain.size()), domain))
      return false;
    return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
  }
  /// Keys of before environments, which need a dataset: 32 hexadecimal digits, or `hc?ic_` and 58 more characters.
  [[nodiscard]] static bool is_classic(std::string_view key) noexcept {
    if (key.size() == 32)
      return std::all_of(key.begin(), key.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return key.size() == 64 && key.starts_with("hc") && key.substr(3, 3) == "ic_";
  }
};

}  // namespace sonde::otlp
