// SPDX-License-Identifier: MIT
#pragma once

// Activities: what people post. Kept in the database, and how they become JSON.

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <sonde/sonde.hpp>

#include "database.hpp"

namespace cruddur {

using clock = std::chrono::system_clock;

/// Makes the table, with a few posts so that there is something to see.
inline void fill(const database& store) {
  store.run(R"(
    CREATE TABLE IF NOT EXISTS activities (
      uuid TEXT PRIMARY KEY, handle TEXT NOT NULL, message TEXT NOT NULL, created_at INTEGER NOT NULL, likes INTEGER NOT NULL);
    INSERT OR IGNORE INTO activities VALUES
      ('68f126b0', 'andrewbrown', 'Cloud is very fun!', unixepoch('now', '-2 days'), 5),
      ('66e12864', 'worf', 'I am out of prune juice', unixepoch('now', '-7 days'), 0),
      ('248959df', 'garek', 'My dear doctor, I am just simple tailor', unixepoch('now', '-1 hours'), 0),
      ('9b1e0c5d', 'andrewbrown', 'Instrument first, guess later', unixepoch('now', '-3 hours'), 11);)");
}

[[nodiscard]] inline nlohmann::json to_json(const row& activity) {
  return {{"uuid", activity.text(0)},
          {"handle", activity.text(1)},
          {"message", activity.text(2)},
          {"created_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(activity.integer(3))))},
          {"likes_count", activity.integer(4)}};
}

/// `where`: the rest of the query, with `?` for each of the values.
[[nodiscard]] inline nlohmann::json find_activities(const database& store, const std::string& where,
                                                    std::initializer_list<std::string_view> values = {}) {
  auto list = nlohmann::json::array();
  store.query("SELECT uuid, handle, message, created_at, likes FROM activities " + where + " ORDER BY created_at DESC", values,
              [&](const row& each) { list.push_back(to_json(each)); });
  // The caller's span, whichever it is: found, not passed.
  sonde::current_span().set_attribute<"app.activities_found">(list.size());
  return list;
}

/// Throws std::out_of_range where there is none.
[[nodiscard]] inline nlohmann::json activity(const database& store, std::string_view uuid) {
  sonde::span<"find-activity"> span;
  span.set_attribute<"app.activity_uuid">(uuid);
  nlohmann::json found = find_activities(store, "WHERE uuid = ?", {uuid});
  if (found.empty()) throw std::out_of_range{"no activity has the id '" + std::string{uuid} + "'"};
  return found.front();
}

}  // namespace cruddur
