// SPDX-License-Identifier: MIT
#pragma once

// Finds variables that nobody reads because their names are typed almost right: OTEL_EXPORTER_OTLP_HEADER, without its
// S. Called once by the session at start.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/environment/known_names.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::environment {

/// How many single mistakes (a letter missing, added, wrong, or two neighbours swapped) lie between two names: the
/// optimal string alignment distance. Names longer than 63 count as far apart.
[[nodiscard]] constexpr std::size_t edit_distance(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t longest = 63;
  if (a.size() > longest || b.size() > longest) return longest;
  std::array<std::size_t, longest + 1> before_last{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t wrong = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + wrong});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// Whether both have the same words, in whatever order: OTEL_OTLP_EXPORTER_ENDPOINT.
[[nodiscard]] inline bool same_words(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto sorted = [](std::string_view name) {
    std::vector<std::string_view> words;
    while (true) {
      const std::size_t end = name.find('_');
      words.push_back(name.substr(0, end));
      if (end == std::string_view::npos) break;
      name.remove_prefix(end + 1);
    }
    std::sort(words.begin(), words.end());
    return words;
  };
  return sorted(a) == sorted(b);
}

/// The known name that `name` was probably meant to be; empty if it is known itself or like none. Letter case counts as
/// right here, since the suggestion mends it too.
[[nodiscard]] inline std::string_view meant_by(std::string_view name) {
  if (is_known_name(name)) return {};
  std::string upper_name{name};
  std::transform(name.begin(), name.end(), upper_name.begin(), upper);
  const auto begins = [&](std::string_view family) {
    return std::string_view{upper_name}.substr(0, family.size()) == family;
  };
  if (std::none_of(std::begin(name_families), std::end(name_families), begins)) return {};
  std::string_view nearest;
  // One mistake is forgiven in a short name, two in a longer one; but each service of AWS has an endpoint of its own.
  std::size_t best = name.size() < 16 || begins("AWS_ENDPOINT_URL_") ? 2 : 3;
  for (const std::string_view known : known_names) {
    if (known.size() > name.size() + 2 || name.size() > known.size() + 2) continue;
    const std::size_t distance = edit_distance(upper_name, known);
    if (distance < best) {
      best = distance;
      nearest = known;
    }
  }
  if (nearest.empty())
    for (const std::string_view known : known_names)
      if (same_words(upper_name, known)) return known;
  return nearest;
}

/// One finding for each variable whose name is a near miss of a known one.
inline void report_near_misses(reader& environment) {
  for (const variable& one : environment.variables()) {
    const std::string_view meant = meant_by(one.name);
    if (!meant.empty())
      environment.report(one.name + " is not a known variable; did you mean " + std::string{meant} + "?");
  }
}

}  // namespace sonde::environment
