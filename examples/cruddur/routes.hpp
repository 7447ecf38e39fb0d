// SPDX-License-Identifier: MIT
#pragma once

// What cruddur answers to what.

#include <httplib.h>

#include "home_activities.hpp"
#include "request_span.hpp"
#include "user_activities.hpp"

namespace cruddur {

inline void reply(httplib::Response& response, const nlohmann::json& body) {
  response.set_content(body.dump(), "application/json");
}

inline void add_routes(httplib::Server& server) {
  server.Get("/api/activities/home",
             traced<"GET /api/activities/home", "/api/activities/home">(
                 [](const httplib::Request&, httplib::Response& response) { reply(response, home_activities()); }));

  server.Get(R"(/api/activities/@([A-Za-z0-9_]+))",
             traced<"GET /api/activities/@handle", "/api/activities/@handle">(
                 [](const httplib::Request& request, httplib::Response& response) {
                   reply(response, user_activities(request.matches[1].str()));
                 }));

  server.Get("/rollbar/test", traced<"GET /rollbar/test", "/rollbar/test">(
                                  [](const httplib::Request&, httplib::Response& response) {
                                    sonde::report_message("Hello World!", sonde::level::warning);
                                    response.set_content("Hello World!", "text/plain");
                                  }));

  // Asks for an activity that is not there: what an unhandled exception looks like.
  server.Get("/api/activities/error",
             traced<"GET /api/activities/error", "/api/activities/error">(
                 [](const httplib::Request&, httplib::Response& response) { reply(response, activity("none")); }));

  // Without a route a span is named after the method alone: paths made up by clients must not become names.
  server.Get(".*", traced<"GET", "">([](const httplib::Request&, httplib::Response& response) {
               response.status = 404;
               reply(response, {{"error", "not found"}});
             }));
}

}  // namespace cruddur
