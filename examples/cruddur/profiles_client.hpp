// SPDX-License-Identifier: MIT
#pragma once

// Asks the profiles service who somebody is. The trace of the request goes on there.

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <sonde/integrations/httplib_client.hpp>
#include <sonde/log.hpp>

namespace cruddur {

class profiles_client {
 public:
  /// `origin`: like `http://127.0.0.1:4568`; empty where there is no such service.
  explicit profiles_client(std::string origin = {}) : origin_{std::move(origin)} {}

  /// Null where that cannot be said: a page without a face is better than none.
  [[nodiscard]] nlohmann::json find(const std::string& handle) const {
    if (origin_.empty()) return nullptr;
    sonde::httplib::client service{origin_};
    service.set_connection_timeout(1);
    service.set_read_timeout(2);
    const auto answer = service.Get("/api/profiles/@" + handle);
    if (answer && answer->status == 200) return nlohmann::json::parse(answer->body, nullptr, false);
    if (answer && answer->status == 404) return nullptr;
    sonde::log::warning("no profile of {}: {}", handle,
                        answer ? "HTTP " + std::to_string(answer->status) : httplib::to_string(answer.error()));
    return nullptr;
  }

 private:
  std::string origin_;
};

}  // namespace cruddur
