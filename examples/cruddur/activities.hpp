// SPDX-License-Identifier: MIT
#pragma once

// The activities cruddur has instead of a database, and how they become JSON.

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <sonde/sonde.hpp>

namespace cruddur {

using clock = std::chrono::system_clock;

struct stored_activity {
  std::string_view uuid;
  std::string_view handle;
  std::string_view message;
  std::chrono::hours age;
  int likes;
};

inline constexpr std::array stored_activities{
    stored_activity{"68f126b0", "andrewbrown", "Cloud is very fun!", std::chrono::hours{48}, 5},
    stored_activity{"66e12864", "worf", "I am out of prune juice", std::chrono::hours{24 * 7}, 0},
    stored_activity{"248959df", "garek", "My dear doctor, I am just simple tailor", std::chrono::hours{1}, 0},
    stored_activity{"9b1e0c5d", "andrewbrown", "Instrument first, guess later", std::chrono::hours{3}, 11},
};

[[nodiscard]] inline std::string iso_time(clock::time_point moment) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(clock::to_time_t(moment)));
}

[[nodiscard]] inline nlohmann::json to_json(const stored_activity& activity, clock::time_point now) {
  return {{"uuid", activity.uuid},
          {"handle", activity.handle},
          {"message", activity.message},
          {"created_at", iso_time(now - activity.age)},
          {"likes_count", activity.likes}};
}

/// The activities that `wanted` keeps, newest first.
template <class Wanted>
[[nodiscard]] nlohmann::json find_activities(clock::time_point now, Wanted wanted) {
  std::vector<stored_activity> found;
  std::copy_if(stored_activities.begin(), stored_activities.end(), std::back_inserter(found), wanted);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.age < b.age; });
  // The caller's span, whichever it is: found, not passed.
  sonde::current_span().set_attribute<"app.activities_scanned">(stored_activities.size());
  auto list = nlohmann::json::array();
  for (const stored_activity& each : found) list.push_back(to_json(each, now));
  return list;
}

/// Throws std::out_of_range where there is none.
[[nodiscard]] inline nlohmann::json activity(std::string_view uuid) {
  sonde::span<"find-activity"> span;
  span.set_attribute<"app.activity_uuid">(uuid);
  for (const stored_activity& each : stored_activities)
    if (each.uuid == uuid) return to_json(each, clock::now());
  throw std::out_of_range{"no activity has the id '" + std::string{uuid} + "'"};
}

}  // namespace cruddur
