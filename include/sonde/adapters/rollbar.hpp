// SPDX-License-Identifier: MIT
#pragma once

// Errors to Rollbar, with the request, the spans and the log lines that explain them. Included by main alone:
// `sonde::rollbar::exporter{{.environment = "production"}}` takes its token from ROLLBAR_ACCESS_TOKEN.

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <sonde/adapters/rollbar/config.hpp>
#include <sonde/adapters/rollbar/lane.hpp>
#include <sonde/adapters/rollbar/settings_reader.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/http.hpp>

namespace sonde::rollbar {

/// Makes items of occurrences and of local roots that an exception left. All other records are looked at and count as unwanted.
class exporter {
 public:
  using transport = sonde::transport::http;

  /// What `given` leaves out comes from the environment. Nothing is read before the session starts.
  explicit exporter(config given = {}) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "rollbar"; }

  /// Throws pipeline::setup_error where there is no token, or none that can be one.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    items_.open(settings_reader{given_, at_start}.read());
    const settings& used = items_.used();
    return "items of environment '" + used.environment_name + "' to " + used.where() + ", with token " + used.shown_token();
  }

  [[nodiscard]] auto lanes() { return std::tie(items_); }

 private:
  config given_;
  lane items_;
};

static_assert(pipeline::request_exporter<exporter>);

}  // namespace sonde::rollbar
