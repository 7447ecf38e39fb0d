// SPDX-License-Identifier: MIT
// A message, and an exception with its cause inside a request of a known person, for check_rollbar.py: what rollbar_same_calls of
// that file reports by Rollbar's own client. All settings are in the environment.

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sonde/adapters/rollbar.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

void open_account() {
  SONDE_SPAN();
  try {
    throw std::out_of_range{"no account"};
  } catch (...) {
    std::throw_with_nested(std::runtime_error{"cannot open"});
  }
}

}  // namespace

int main() {
  sonde::rollbar::config config{.root = "/src", .branch = "main", .custom = {{"team", "crud"}}};
  const sonde::session session = sonde::start({.service_name = "bank"}, sonde::rollbar::exporter{std::move(config)});
  sonde::report_message("Hello World!", sonde::level::warning);

  sonde::span<"GET"> request{sonde::kind::server};
  request.set_attribute<"http.request.method">("GET");
  request.set_attribute<"url.scheme">("http");
  request.set_attribute<"server.address">("bank.example");
  request.set_attribute<"server.port">(80);
  request.set_attribute<"url.path">("/accounts");
  request.set_attribute<"url.query">("page=2&password=canary-1");
  request.set_attribute<"client.address">("203.0.113.77");
  request.set_attribute<"http.request.header.accept">(std::vector<std::string>{"text/html"});
  request.set_attribute<"http.request.header.authorization">(std::vector<std::string>{"Bearer canary-2"});
  request.set_attribute<"http.route">("/accounts");
  request.set_attribute<"user.id">("4711");
  request.set_attribute<"user.name">("andrew");
  request.set_attribute<"user.email">("andrew@example.com");
  try {
    open_account();
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
}
