// SPDX-License-Identifier: MIT
// Cruddur: a small HTTP service, instrumented. Its activities are in SQLite (CRUDDUR_DATABASE names a file; in memory by
// default), the profiles of their authors in another service (CRUDDUR_PROFILES_URL; without it, nowhere).

#include <exception>
#include <iostream>

#include "ledger.hpp"
#include "recording.hpp"
#include "routes.hpp"
#include "serving.hpp"

int main() try {
  const cruddur::stop_signals stop;
  const cruddur::database store{cruddur::setting_or("CRUDDUR_DATABASE", ":memory:")};
  cruddur::fill(store);  // before the recording: nobody asked for that
  const cruddur::profiles_client profiles{cruddur::setting_or("CRUDDUR_PROFILES_URL", "")};

  sonde::session session = cruddur::start_recording("cruddur");
  sonde::httplib::server server{{.excluded_routes = {"/health", "/ledger"}, .access_log = true}};
  server.Get("/health", [](const httplib::Request&, httplib::Response& answer) { answer.set_content("ok", "text/plain"); });
  cruddur::add_ledger(server, session);
  cruddur::add_routes(server, store, profiles);
  const int code = cruddur::serve("cruddur", server, stop);
  cruddur::finish(session);
  return code;
} catch (const std::exception& error) {
  std::cerr << "cruddur: " << error.what() << '\n';
  return 1;
}
