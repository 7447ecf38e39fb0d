// SPDX-License-Identifier: MIT
#pragma once

// What cruddur answers to what. The spans of the requests are the server's; here only routes have names.

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/integrations/httplib.hpp>
#include <sonde/sonde.hpp>

#include "home_activities.hpp"
#include "profiles_client.hpp"
#include "serving.hpp"
#include "user_activities.hpp"

namespace cruddur {

/// Both must outlive the server.
inline void add_routes(sonde::httplib::server& server, const database& store, const profiles_client& profiles) {
  using request = httplib::Request;
  using response = httplib::Response;

  server.Get("/api/activities/home", [&](const request&, response& answer) { reply(answer, home_activities(store)); });

  server.Get(R"(/api/activities/@([A-Za-z0-9_]+))", "/api/activities/@handle",
             [&](const request& asked, response& answer) {
               auto span = sonde::current_span();  // the server's, whose segment X-Ray shows
               span.put_annotation<"url">(asked.path);
               span.put_metadata<"method", "http">(asked.method);
               span.put_metadata<"target", "http">(asked.target);
               reply(answer, user_activities(store, profiles, asked.matches[1].str()));
             });

  server.Get("/rollbar/test", [](const request&, response& answer) {
    sonde::report_message("Hello World!", sonde::level::warning);
    answer.set_content("Hello World!", "text/plain");
  });

  // Asks for an activity that is not there: what an unhandled exception looks like.
  server.Get("/api/activities/error",
             [&](const request&, response& answer) { reply(answer, activity(store, "none")); });

  answer_errors(server);
}

}  // namespace cruddur
