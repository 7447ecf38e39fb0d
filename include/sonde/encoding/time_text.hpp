// SPDX-License-Identifier: MIT
#pragma once

// Times as text: a moment for machines (RFC 3339), a duration for people. Used by the console and log writers.

#include <cstddef>
#include <cstdint>

#include <sonde/encoding/decimal.hpp>

namespace sonde::encoding {

inline constexpr std::size_t max_rfc3339_size = 30;   // 2026-11-21T04:25:04.123456789Z
inline constexpr std::size_t max_duration_size = 13;  // 213503 d 23 h, from 2^64 - 1 ns

/// A calendar day of the proleptic Gregorian calendar.
struct civil_date {
  std::uint64_t year;
  std::uint64_t month;  // 1 to 12
  std::uint64_t day;    // 1 to 31
};

/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
[[nodiscard]] constexpr civil_date date_of(std::uint64_t days_since_1970) noexcept {
  const std::uint64_t days = days_since_1970 + 719468;  // since 0000-03-01: the leap day ends a year
  const std::uint64_t era = days / 146097;
  const std::uint64_t of_era = days % 146097;
  const std::uint64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t from_march = (5 * of_year + 2) / 153;
  const std::uint64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  return {year_of_era + era * 400 + (month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1};
}

/// `2026-11-21T04:25:04.123456789Z`, always UTC; of the fraction, zero groups of three digits at the end are left out.
constexpr char* put_rfc3339(char* at, std::uint64_t unix_nano) noexcept {
  const std::uint64_t seconds = unix_nano / 1'000'000'000;
  const std::uint64_t nanos = unix_nano % 1'000'000'000;
  const civil_date date = date_of(seconds / 86400);
  const auto put = [&at](std::uint64_t value, std::size_t width, char after) {
    at = put_padded(at, value, width);
    *at++ = after;
  };
  put(date.year, 4, '-');
  put(date.month, 2, '-');
  put(date.day, 2, 'T');
  put(seconds / 3600 % 24, 2, ':');
  put(seconds / 60 % 60, 2, ':');
  put(seconds % 60, 2, nanos != 0 ? '.' : 'Z');
  if (nanos == 0) return at;
  if (nanos % 1'000'000 == 0) {
    put(nanos / 1'000'000, 3, 'Z');
  } else if (nanos % 1000 == 0) {
    put(nanos / 1000, 6, 'Z');
  } else {
    put(nanos, 9, 'Z');
  }
  return at;
}

/// The same for a moment that may lie before 1970.
constexpr char* put_signed_rfc3339(char* at, std::int64_t unix_nano) noexcept {
  if (unix_nano >= 0) return put_rfc3339(at, static_cast<std::uint64_t>(unix_nano));
  constexpr std::uint64_t nanos_in_400_years = std::uint64_t{146097} * 86400 * 1'000'000'000;  // then the calendar repeats
  char* const end = put_rfc3339(at, static_cast<std::uint64_t>(unix_nano) + nanos_in_400_years);
  const auto seconds = (static_cast<std::uint64_t>(unix_nano) + nanos_in_400_years) / 1'000'000'000;
  put_padded(at, date_of(seconds / 86400).year - 400, 4);
  return end;
}

/// `412 ns`, `1.23 ms`, `2.5 s`: three digits, rounded, zeros at the end left out. From a minute on in two units,
/// cut off: `2 min 5 s`, `1 h 30 min`, `3 d 4 h`.
constexpr char* put_duration(char* at, std::uint64_t nanos) noexcept {
  const auto put = [&at](const char* word) {
    while (*word != '\0') *at++ = *word++;
  };
  const auto put_two = [&](std::uint64_t whole, const char* unit, std::uint64_t part, const char* part_unit) {
    at = put_unsigned(at, whole);
    put(unit);
    if (part == 0) return;
    *at++ = ' ';
    at = put_unsigned(at, part);
    put(part_unit);
  };
  const std::uint64_t seconds = nanos / 1'000'000'000;
  if (seconds >= 86400) return put_two(seconds / 86400, " d", seconds / 3600 % 24, " h"), at;
  if (seconds >= 3600) return put_two(seconds / 3600, " h", seconds / 60 % 60, " min"), at;
  if (nanos >= 59'950'000'000) {
    const std::uint64_t shown = seconds < 60 ? 60 : seconds;  // 59.95 s rounds to 60.0 s
    return put_two(shown / 60, " min", shown % 60, " s"), at;
  }
  constexpr const char* units[] = {" ns", " \xC2\xB5s", " ms", " s"};
  std::uint64_t unit = 1;
  std::size_t name = 0;
  // 999.5 of a unit would be shown as 1000 of it: take the next.
  for (; name < 3 && nanos >= unit * 1000 - unit / 2; unit *= 1000) ++name;
  std::uint64_t digits = 0;  // after the point
  std::uint64_t scale = 1;
  for (; unit > 1 && digits < 2 && nanos * scale * 10 + unit / 2 < unit * 1000; scale *= 10) ++digits;
  std::uint64_t value = (nanos * scale + unit / 2) / unit;
  for (; digits > 0 && value % 10 == 0; value /= 10, scale /= 10) --digits;
  at = put_unsigned(at, value / scale);
  if (digits > 0) {
    *at++ = '.';
    at = put_padded(at, value % scale, static_cast<std::size_t>(digits));
  }
  put(units[name]);
  return at;
}

}  // namespace sonde::encoding
