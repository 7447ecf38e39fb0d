// SPDX-License-Identifier: MIT
#pragma once

// How long a backend asks us to wait before the next attempt. Used by adapters when they judge a reply.
// Source: RFC 9110, section 10.2.3.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include <curl/curl.h>

#include <sonde/environment/syntax.hpp>

namespace sonde::transport {

/// From the header's text, seconds or an HTTP date; a date in the past means at once. Nothing if it is neither.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& header,
                                                                                std::time_t now) {
  constexpr std::int64_t longest = 366 * 86'400;
  const std::string text{environment::trimmed(header)};
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  switch (environment::parse_number(text, seconds)) {
    case environment::number_error::none:
      if (seconds < 0) return std::nullopt;
      break;
    case environment::number_error::out_of_range: return std::nullopt;
    case environment::number_error::not_a_number: {
      const std::time_t date = curl_getdate(text.c_str(), nullptr);
      if (date == -1) return std::nullopt;
      seconds = std::max<std::int64_t>(0, static_cast<std::int64_t>(date) - now);
    }
  }
  return std::chrono::seconds{std::min(seconds, longest)};
}

}  // namespace sonde::transport
