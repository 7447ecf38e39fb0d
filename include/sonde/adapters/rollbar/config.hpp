// SPDX-License-Identifier: MIT
#pragma once

// What a user may say about Rollbar in code. The token comes from the environment; every other field has a default.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sonde/config.hpp>
#include <sonde/environment/secret.hpp>

namespace sonde::rollbar {

/// What becomes of the addresses of those who ask: kept, without their last part (the last octet of IPv4, the last 80 bits of
/// IPv6), or not sent.
enum class addresses : std::uint8_t { keep, anonymise, drop };

struct config {
  std::optional<std::string> access_token{};  // ROLLBAR_ACCESS_TOKEN: of a project, with the scope post_server_item
  std::optional<std::string> endpoint{};      // ROLLBAR_ENDPOINT: the URL items are posted to
  std::optional<std::string> environment{};   // ROLLBAR_ENVIRONMENT, ROLLBAR_ENV, deployment.environment.name
  std::optional<std::string> code_version{};  // ROLLBAR_CODE_VERSION, service.version
  std::string root{};                         // of the source code: left out of file names, read for the lines around a frame
  std::string branch{};
  std::string host{};                         // host.name
  std::string framework{};
  sonde::environment::pairs custom{};               // goes with every item

  level least = level::trace;                 // occurrences below it are not sent, and counted as unwanted
  std::vector<std::string> ignored{};         // types of exceptions that are not sent: `shop::not_found`, `boost::*`
  std::vector<std::string> scrubbed{};        // names, besides the usual ones, whose values are not sent
  rollbar::addresses addresses = rollbar::addresses::keep;

  std::uint32_t items_per_minute = 60;        // 0: no limit
  std::chrono::milliseconds repeat_window{10'000};  // equal occurrences within it become one item with a count; 0: none do
  std::chrono::milliseconds hold{1000};       // how long an item waits for the end of its request, and its request's data
  std::size_t item_bytes = std::size_t{128} << 10;
  std::size_t telemetry_count = 50;           // of the spans, logs and calls before an occurrence; 100 at most
  std::size_t telemetry_bytes = std::size_t{1} << 20;  // kept for all traces together
  std::uint32_t code_lines = 3;               // before and behind the line of a frame, 20 at most; 0: no code is sent
  std::chrono::milliseconds timeout{30'000};  // of one item, all attempts included; 0: no limit
};

}  // namespace sonde::rollbar
