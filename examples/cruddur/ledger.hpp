// SPDX-License-Identifier: MIT
#pragma once

// What became of all that was recorded, as JSON: at GET /ledger while the service runs, and in its last line once it has stopped.
// Only where CRUDDUR_LEDGER is set: it is for those who run the service.

#include <cstddef>
#include <iostream>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/integrations/httplib.hpp>
#include <sonde/session.hpp>

#include "serving.hpp"
#include "settings.hpp"

namespace cruddur {

[[nodiscard]] inline bool shows_ledger() { return setting("CRUDDUR_LEDGER") != nullptr; }

/// By reason; those that are 0 are left out.
[[nodiscard]] inline nlohmann::json to_json(const sonde::drop_counts& dropped) {
  auto reasons = nlohmann::json::object();
  for (std::size_t i = 0; i < sonde::drop_reasons; ++i) {
    const auto why = static_cast<sonde::drop_reason>(i);
    if (dropped[why] != 0) reasons[sonde::to_string(why)] = dropped[why];
  }
  return reasons;
}
[[nodiscard]] inline nlohmann::json to_json(const sonde::signal_stats& of) {
  return {{"started", of.started}, {"open", of.open},   {"unsampled", of.unsampled},
          {"queued", of.queued},   {"taken", of.taken}, {"dropped", to_json(of.dropped)}};
}
[[nodiscard]] inline nlohmann::json to_json(const sonde::delivery_stats& of) {
  return {{"queued", of.queued}, {"exported", of.exported}, {"dropped", to_json(of.dropped)}};
}
[[nodiscard]] inline nlohmann::json to_json(const sonde::session_stats& of) {
  auto exporters = nlohmann::json::array();
  for (const sonde::exporter_stats& each : of.exporters)
    exporters.push_back({{"name", each.name}, {"spans", to_json(each.spans)}, {"logs", to_json(each.logs)}});
  return {{"spans", to_json(of.spans)}, {"logs", to_json(of.logs)}, {"exporters", std::move(exporters)}};
}

/// The session must outlive the server.
inline void add_ledger(sonde::httplib::server& server, const sonde::session& session) {
  if (!shows_ledger()) return;
  server.Get("/ledger", [&](const httplib::Request&, httplib::Response& answer) { reply(answer, to_json(session.stats())); });
}

/// Sends what is left, and says what became of everything.
inline void finish(sonde::session& session) {
  session.shutdown();
  if (shows_ledger()) std::cout << to_json(session.stats()) << std::endl;
}

}  // namespace cruddur
