// SPDX-License-Identifier: MIT
#pragma once

// A whole session around some work with a stand-in for Rollbar, and what came of it: items, ledger, lines. Every item is held to
// the rules. Used by the tests of adapters/rollbar.

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/adapters/rollbar.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

#include "adapters/otlp/backend.hpp"
#include "adapters/rollbar/payload_rules.hpp"

namespace sonde::tests {

inline constexpr char test_token[] = "c0ffee00c0ffee00c0ffee00c0ffee00";

/// What Rollbar says of an item it has stored.
[[nodiscard]] inline answer_function stored() { return http(200, R"({"err":0,"result":{"id":null,"uuid":"x"}})"); }

struct reported {
  exporter_stats stats{};
  std::vector<nlohmann::json> items{};  // `data` of each request, in their order
  std::vector<std::string> bodies{};
  std::string said{};
  bool complete = false;  // all was sent before the deadline

  /// The first; what it lacks reads as null.
  [[nodiscard]] nlohmann::json item() const { return items.empty() ? nlohmann::json::object() : items.front(); }
  [[nodiscard]] std::uint64_t dropped(drop_reason why) const { return stats.spans.dropped[why] + stats.logs.dropped[why]; }
  [[nodiscard]] bool was_said(std::string_view part) const { return said.find(part) != std::string::npos; }
  [[nodiscard]] std::string all_bytes() const {
    std::string all = said;
    for (const std::string& each : bodies) all += each;
    return all;
  }
};

/// `work` gets the session; what it leaves is flushed by the shutdown.
[[nodiscard]] inline reported report(rollbar::config config, backend& to, const std::function<void(session&)>& work,
                                     std::chrono::milliseconds patience = std::chrono::seconds{20}) {
  reported made;
  pipeline::collector::grace = std::chrono::seconds{10};
  std::mutex mutex;
  if (!config.access_token) config.access_token = test_token;
  if (!config.endpoint) config.endpoint = to.url() + "/api/1/item/";
  if (!config.environment) config.environment = "test";
  {
    auto session = start({.service_name = "shop", .shutdown_timeout = patience,
                          .diagnostics =
                              [&](std::string_view line) {
                                const std::lock_guard lock{mutex};
                                made.said += std::string{line} + '\n';
                              }},
                         rollbar::exporter{std::move(config)});
    work(session);
    made.complete = session.shutdown(patience);
    made.stats = session.stats().exporters.at(0);
  }
  for (const arrival& each : to.requests()) {
    EXPECT_EQ(each.http.method, "POST");
    EXPECT_TRUE(each.http.path.ends_with("/item/")) << each.http.path;
    EXPECT_EQ(each.http.header("x-rollbar-access-token"), test_token);
    EXPECT_EQ(payload_rules::complaints(each.message), "") << each.message.substr(0, 2000);
    EXPECT_EQ(each.message.find(test_token), std::string::npos) << "the token is in the header alone";
    made.bodies.push_back(each.message);
    made.items.push_back(nlohmann::json::parse(each.message, nullptr, false).value("data", nlohmann::json::object()));
  }
  EXPECT_EQ(made.stats.spans.queued + made.stats.logs.queued, 0u);
  EXPECT_EQ(made.said.find(test_token), std::string::npos) << made.said;
  return made;
}

}  // namespace sonde::tests
