// SPDX-License-Identifier: MIT
#pragma once

// What everybody sees first: all activities. A tracer of its own, a child span with attributes, a log line inside it.

#include <nlohmann/json.hpp>

#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

#include "activities.hpp"

namespace cruddur {

[[nodiscard]] inline nlohmann::json home_activities(const database& store) {
  using tracer = sonde::tracer<"home.activities">;
  tracer::span<"home-activities-mock-data"> span;

  span.set_attribute<"app.now">(clock::now());
  nlohmann::json results = find_activities(store, "");
  span.set_attribute<"app.result_length">(results.size());

  sonde::log::info("home activities: {} to show", results.size());
  return results;
}

}  // namespace cruddur
