// SPDX-License-Identifier: MIT
#pragma once

// One span per request, named after its route; every handler of cruddur runs inside one. (A ready-made middleware will
// take this file's place.)

#include <exception>
#include <string>

#include <httplib.h>

#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

namespace cruddur {

using handler = void (*)(const httplib::Request&, httplib::Response&);

/// `Name` is `METHOD route`. Attributes: OpenTelemetry semantic conventions, "HTTP server".
template <sonde::meta::fixed_string Name, sonde::meta::fixed_string Route>
[[nodiscard]] httplib::Server::Handler traced(handler handle) {
  return [handle](const httplib::Request& request, httplib::Response& response) {
    sonde::tracer<"cruddur.http">::span<Name> span{sonde::kind::server};
    span.template set_attribute<"http.request.method">(request.method);
    span.template set_attribute<"url.path">(request.path);
    if constexpr (!Route.empty()) span.template set_attribute<"http.route">(Route);
    span.template set_attribute<"client.address">(request.remote_addr);
    span.template set_attribute<"user_agent.original">([&] { return request.get_header_value("User-Agent"); });

    response.status = 200;
    try {
      handle(request, response);
    } catch (const std::exception& error) {
      sonde::report_exception(error);
      response.status = 500;
      response.set_content(R"({"error":"internal server error"})", "application/json");
    }

    span.template set_attribute<"http.response.status_code">(response.status);
    if (response.status >= 500) span.set_status(sonde::status::error);
    sonde::log::info("{} {} {} {}", request.remote_addr, request.method, request.target, response.status);
  };
}

}  // namespace cruddur
