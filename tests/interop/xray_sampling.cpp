// SPDX-License-Identifier: MIT
// X-Ray's sampling rules under test, for check_xray_sampling.py. Orders are lines of JSON on standard input, answers lines of
// JSON: `match` and `file` ask which rule decides; `ask` lets a session decide that was started by the environment's settings.

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sonde/adapters/xray.hpp>
#include <sonde/propagation.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/span/opening_request.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

using nlohmann::json;
using namespace sonde;

struct asked {
  std::string method, path, host;

  explicit asked(const json& from)
      : method{from.value("method", "")}, path{from.value("path", "")}, host{from.value("host", "")} {}
  [[nodiscard]] xray::request described() const { return {method, path, host}; }
  [[nodiscard]] request_facts facts() const {
    return {{method.data(), method.size()}, {path.data(), path.size()}, {host.data(), host.size()}};
  }
};

/// The rule that decides each of the requests, by a reply of the API or by a local file.
json decided(const sampling::rule_book& book, const json& requests) {
  json rules = json::array();
  for (const json& each : requests) rules.push_back(xray::explain(book, asked{each}.described()).rule);
  return rules;
}
json match(const json& order) {
  sampling::rule_book book{{order["service"], order.value("naming", ""), order["type"]}, {}, sampling::rules::usual_rest(),
                           std::chrono::hours{1}};
  xray::rules_answer answer = xray::read_rules(order["reply"].dump());
  book.set_account_rules(std::move(answer.rules), std::chrono::steady_clock::now());
  return decided(book, order["requests"]);
}
json file(const json& order) {
  xray::local_rules local = xray::local_rules_reader{"file"}.read(order["text"].get<std::string>());
  if (!local.usable) return local.complaints.at(0);
  const sampling::rule_book book{{}, std::move(local.own), std::move(local.rest), std::chrono::hours{1}};
  return decided(book, order["requests"]);
}

/// How many of `times` requests were sampled.
json ask(const json& order) {
  const asked of{order};
  const request_facts facts = of.facts();
  int sampled = 0;
  for (int i = order.value("times", 1); i > 0; --i) {
    const record::opening_request seen{facts};
    const span<"request"> one{kind::server};
    sampled += one.is_recording();
  }
  return sampled;
}

}  // namespace

int main() {
  std::optional<session> live;
  for (std::string line; std::getline(std::cin, line);) {
    const json order = json::parse(line);
    const std::string what = order["order"];
    json answer = "done";
    if (what == "match") answer = match(order);
    if (what == "file") answer = file(order);
    if (what == "ask") answer = ask(order);
    if (what == "explain") answer = xray::explain(asked{order}.described()).text();
    if (what == "start") {
      xray::sampling_config sampling;
      sampling.rules_interval = std::chrono::milliseconds{order["rules_interval"]};
      sampling.targets_interval = std::chrono::milliseconds{order["targets_interval"]};
      sampling.timeout = std::chrono::milliseconds{order["timeout"]};
      live.emplace(start({.service_name = order["service"]}, xray::exporter{{.sampling = sampling}}));
    }
    if (what == "stop") live.reset();
    std::cout << answer.dump() << std::endl;
  }
}
