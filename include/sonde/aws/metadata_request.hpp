// SPDX-License-Identifier: MIT
#pragma once

// A question to a service that tells where a program runs. Used by instance_metadata.hpp, task_metadata.hpp and
// cluster_name.hpp.

#include <chrono>
#include <string>
#include <utility>

#include <sonde/transport/request.hpp>

namespace sonde::aws {

/// These services are near: they answer within a second, or are not there.
[[nodiscard]] inline transport::request metadata_request(std::string url) {
  transport::request request;
  request.method = "GET";
  request.url = std::move(url);
  request.timeout = std::chrono::seconds{1};
  return request;
}

}  // namespace sonde::aws
