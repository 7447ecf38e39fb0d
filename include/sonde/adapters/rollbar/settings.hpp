// SPDX-License-Identifier: MIT
#pragma once

// Where items go and what all of them say, settled and checked. Made by settings_reader.hpp, read by everything else here.

#include <cstdint>
#include <string>

#include <sonde/adapters/rollbar/config.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::rollbar {

struct settings : config {
  std::string token{};
  std::string token_source{};
  transport::url url{};
  std::string url_source{};  // empty: Rollbar's own
  std::string environment_name{};
  std::string version{};  // of the code
  std::string service{};
  std::int64_t pid = 0;
  pipeline::batch_limits limits{};

  /// `https://api.rollbar.com/api/1/item/`, or `http://localhost:9100/api/1/item/ (from ROLLBAR_ENDPOINT)`
  [[nodiscard]] std::string where() const {
    return url.shown() + (url_source.empty() ? std::string{} : " (" + url_source + ")");
  }
  /// `abcd… from ROLLBAR_ACCESS_TOKEN`
  [[nodiscard]] std::string shown_token() const { return sonde::environment::masked(token) + ' ' + token_source; }
};

}  // namespace sonde::rollbar
