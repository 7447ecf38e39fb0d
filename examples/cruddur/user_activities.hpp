// SPDX-License-Identifier: MIT
#pragma once

// The activities of one user, and who that is: a span whose attributes are the members of a struct, an annotation X-Ray can
// search by, metadata in a namespace, and a call to another service.

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>

#include "activities.hpp"
#include "profiles_client.hpp"

namespace cruddur {

struct user_activities_attributes {
  std::string handle;
  std::size_t results_size = 0;
};

[[nodiscard]] inline nlohmann::json user_activities(const database& store, const profiles_client& profiles,
                                                    const std::string& handle) {
  sonde::span<"user_activities", user_activities_attributes> span{{.handle = handle}};
  span.put_annotation<"user_handle">(handle);
  span.put_metadata<"now", "user_activities">(clock::now());

  nlohmann::json results = find_activities(store, "WHERE handle = ?", {handle});
  span->results_size = results.size();
  if (results.empty()) span.add_event<"user.unknown">(sonde::attr<"handle">(handle));
  return {{"profile", profiles.find(handle)}, {"activities", std::move(results)}};
}

}  // namespace cruddur
