// SPDX-License-Identifier: MIT
#pragma once

// Replies as the transport hands them over, and settings to judge them by. Used by the tests of adapters/otlp.

#include <string>
#include <utility>

#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::tests {

inline constexpr char secret_key[] = "abcdefghijklmnopqrstuvwxyz";  // of 26 characters: shown as abcd…

[[nodiscard]] inline transport::response answer(int status, std::string body = {}, std::string content_type = {}) {
  transport::response made;
  made.outcome = transport::outcome::answered;
  made.status = status;
  made.body = std::move(body);
  made.content_type = std::move(content_type);
  return made;
}
[[nodiscard]] inline transport::response failure(transport::outcome how, std::string error) {
  transport::response made;
  made.outcome = how;
  made.error = std::move(error);
  return made;
}

/// To http://h:1/v1/traces or …/logs, with a key.
[[nodiscard]] inline otlp::settings keyed_settings(otlp::signal which = otlp::signal::traces) {
  otlp::settings made;
  made.signal = which;
  made.endpoint =
      transport::parse_url(which == otlp::signal::traces ? "http://h:1/v1/traces" : "http://h:1/v1/logs").url;
  made.endpoint_source = "from E";
  made.headers = {{"x-team", secret_key}};
  made.headers_source = "from H";
  return made;
}

}  // namespace sonde::tests
