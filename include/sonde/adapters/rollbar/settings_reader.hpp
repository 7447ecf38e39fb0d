// SPDX-License-Identifier: MIT
#pragma once

// Settles the config of Rollbar when the session starts: what code says, then the variables of Rollbar's tools, then what the
// resource knows. Used by the exporter.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <sonde/adapters/rollbar/settings.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::rollbar {

/// Throws pipeline::setup_error, one sentence, where there is no token that can be one, or no place to send items to.
class settings_reader {
 public:
  settings_reader(const config& given, pipeline::setup& at_start) : given_{given}, at_start_{at_start} {}

  [[nodiscard]] settings read() {
    settings made{given_};
    read_token(made);
    read_url(made);
    made.environment_name = text("environment", given_.environment, {"ROLLBAR_ENVIRONMENT", "ROLLBAR_ENV"},
                                 {"deployment.environment.name", "deployment.environment"}, "unspecified");
    made.version = text("code_version", given_.code_version, {"ROLLBAR_CODE_VERSION"}, {"service.version"}, "");
    made.service = at_start_.resource.text("service.name");
    if (made.host.empty()) made.host = at_start_.resource.text("host.name");
    if (const auto* const pid = at_start_.resource.get("process.pid"))
      if (const auto* const number = std::get_if<std::int64_t>(pid)) made.pid = *number;
    while (made.root.size() > 1 && made.root.back() == '/') made.root.pop_back();
    made.item_bytes = std::clamp(given_.item_bytes, std::size_t{2} << 10, std::size_t{1} << 20);
    made.telemetry_count = std::min<std::size_t>(given_.telemetry_count, 100);  // what Rollbar keeps
    constexpr std::chrono::milliseconds longest = std::chrono::hours{24};  // more might overflow what the clock counts in
    made.hold = std::clamp(given_.hold, std::chrono::milliseconds{0}, longest);
    made.repeat_window = std::min(given_.repeat_window, longest);
    made.limits.bytes = std::size_t{2} << 20;
    made.limits.queue_bytes = at_start_.queue_bytes;
    made.limits.age = std::chrono::milliseconds{500};
    made.limits.timeout = given_.timeout;
    return made;
  }

 private:
  static constexpr auto plain = environment::visibility::plain;
  static constexpr auto secret = environment::visibility::secret;
  static constexpr std::string_view usual_url = "https://api.rollbar.com/api/1/item/";

  void read_token(settings& into) {
    into.token_source = "set in code";
    std::optional<std::string> found = given_.access_token;
    if (!found) {
      found = at_start_.environment.text("ROLLBAR_ACCESS_TOKEN");
      into.token_source = "from ROLLBAR_ACCESS_TOKEN";
    }
    into.token = environment::trimmed(found.value_or(""));
    if (into.token.empty())
      throw pipeline::setup_error{"no access token: set ROLLBAR_ACCESS_TOKEN to the project's token for post_server_item"};
    const auto is_odd = [](char c) { return c <= ' ' || c > '~'; };
    if (std::any_of(into.token.begin(), into.token.end(), is_odd))
      throw pipeline::setup_error{"the access token " + into.shown_token() +
                                  " has a blank, a line end or another character in it that no token has"};
    at_start_.settings.record("rollbar.access_token", into.token, into.token_source, secret);
  }

  /// Rollbar's other tools are given the address of the API, of which items are a part.
  void read_url(settings& into) {
    std::optional<std::string> address = given_.endpoint;
    into.url_source = "set in code";
    if (!address) {
      address = at_start_.environment.text("ROLLBAR_ENDPOINT");
      into.url_source = address ? "from ROLLBAR_ENDPOINT" : "";
    }
    transport::parsed_url parsed = transport::parse_url(environment::trimmed(address ? *address : std::string{usual_url}));
    if (!parsed) throw pipeline::setup_error{"the endpoint of Rollbar (" + into.url_source + "): " + parsed.error};
    into.url = std::move(parsed.url);
    std::string& path = into.url.path;
    if (path.ends_with("/api/1")) path += '/';
    if (path == "/") path = "/api/1/";
    if (path.ends_with("/api/1/")) path += "item/";
    if (path.ends_with("/item")) path += '/';  // without it Rollbar redirects, which no request follows
    at_start_.settings.record("rollbar.endpoint", into.url.shown(), into.url_source.empty() ? "default" : into.url_source,
                              plain);
  }

  [[nodiscard]] std::string text(std::string_view name, const std::optional<std::string>& in_code,
                                 std::initializer_list<std::string_view> variables,
                                 std::initializer_list<std::string_view> attributes, std::string_view fallback) {
    std::string found{environment::trimmed(in_code.value_or(""))};
    std::string source = "set in code";
    for (const std::string_view each : variables) {
      if (!found.empty()) break;
      found = environment::trimmed(at_start_.environment.text(each).value_or(""));
      source = "from " + std::string{each};
    }
    for (const std::string_view each : attributes) {
      if (!found.empty()) break;
      found = at_start_.resource.text(each);
      source = "from " + std::string{each};
    }
    if (found.empty()) {
      found = fallback;
      source = "default";
    }
    return at_start_.settings.record("rollbar." + std::string{name}, std::move(found), source, plain);
  }

  const config& given_;
  pipeline::setup& at_start_;
};

}  // namespace sonde::rollbar
