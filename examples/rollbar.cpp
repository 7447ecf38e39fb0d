// SPDX-License-Identifier: MIT
// Errors to Rollbar: a message, an exception with what it was caused by, and one that nobody reports. Wants the token of a
// project in ROLLBAR_ACCESS_TOKEN; ROLLBAR_ENDPOINT sends the items elsewhere.

#include <exception>
#include <stdexcept>

#include <sonde/adapters/rollbar.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

void open_account(int number) {
  SONDE_SPAN();
  sonde::current_span().set_attribute<"account.number">(number);
  sonde::log::info("opening account {}", number);
  try {
    throw std::out_of_range{"no account of that number"};
  } catch (...) {
    std::throw_with_nested(std::runtime_error{"cannot open the account"});
  }
}

}  // namespace

int main() {
  const sonde::session session =
      sonde::start({.service_name = "bank"}, sonde::rollbar::exporter{{.environment = "example", .code_version = "1.0"}});

  sonde::report_message("Hello World!", sonde::level::warning);

  try {
    sonde::span<"request"> request{sonde::kind::server};
    request.set_attribute<"user.id">(4711);
    try {
      open_account(17);
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
    open_account(18);  // nobody reports this one: it leaves the request, and so is an item too
  } catch (const std::exception&) {
  }
}  // all of it is sent before the session ends, within its deadline
