// SPDX-License-Identifier: MIT
#pragma once

// Reads the time at which credentials expire, `2026-11-21T15:04:05Z`, as metadata endpoints and environment variables
// give it (RFC 3339). Used by credential_reply.hpp and environment_credentials.hpp.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::aws {

/// Fractions of a second are dropped. A time after 2200 counts as 2200: the clock's nanoseconds end in 2262.
[[nodiscard]] inline std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text) {
  bool good = true;
  const auto number = [&](std::size_t at, std::size_t digits, int min, int max) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') return good = false, 0;
      value = value * 10 + (text[i] - '0');
    }
    good = good && value >= min && value <= max;
    return value;
  };
  const auto mark = [&](std::size_t at, std::string_view allowed) {
    good = good && at < text.size() && allowed.find(text[at]) != std::string_view::npos;
  };
  int year = number(0, 4, 1970, 9999);
  const int month = number(5, 2, 1, 12);
  const int day = number(8, 2, 1, 31);
  const int hour = number(11, 2, 0, 23);
  const int minute = number(14, 2, 0, 59);
  const int second = number(17, 2, 0, 60);
  for (const std::size_t at : {4U, 7U}) mark(at, "-");
  for (const std::size_t at : {13U, 16U}) mark(at, ":");
  mark(10, "Tt ");
  if (!good) return std::nullopt;

  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    const std::size_t digits = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == digits) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  mark(at, "Zz+-");
  if (!good) return std::nullopt;
  if (text[at] == '+' || text[at] == '-') {
    const int hours = number(at + 1, 2, 0, 23);
    mark(at + 3, ":");
    const int minutes = number(at + 4, 2, 0, 59);
    offset = std::chrono::minutes{(hours * 60 + minutes) * (text[at] == '-' ? -1 : 1)};
    at += 5;
  }
  if (!good || at + 1 != text.size()) return std::nullopt;

  using namespace std::chrono;
  if (year > 2200) year = 2200;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - offset;
}

}  // namespace sonde::aws
