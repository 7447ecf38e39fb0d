// SPDX-License-Identifier: MIT
#pragma once

// The activities of one user: a span whose attributes are the members of a struct, an annotation X-Ray can search by,
// and metadata in a namespace.

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>

#include "activities.hpp"

namespace cruddur {

struct user_activities_attributes {
  std::string handle;
  std::size_t results_size = 0;
};

[[nodiscard]] inline nlohmann::json user_activities(const std::string& handle) {
  sonde::span<"user_activities", user_activities_attributes> span{{.handle = handle}};
  span.put_annotation<"user_handle">(handle);

  const clock::time_point now = clock::now();
  span.put_metadata<"now", "user_activities">(now);
  nlohmann::json results = find_activities(now, [&](const stored_activity& each) { return each.handle == handle; });
  span->results_size = results.size();
  if (results.empty()) span.add_event<"user.unknown">(sonde::attr<"handle">(handle));
  return results;
}

}  // namespace cruddur
