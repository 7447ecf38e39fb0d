// SPDX-License-Identifier: MIT
#pragma once

// What a user may say about X-Ray in code. Every field has a default; the daemon's address and the tracing name come from the
// environment where it has them, whatever is written here, as in the vendor's SDKs.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <sonde/adapters/xray/plugins.hpp>
#include <sonde/adapters/xray/sampling/config.hpp>

namespace sonde::xray {

struct config {
  std::string name{};            // of segments: AWS_XRAY_TRACING_NAME, this, the service's
  std::string dynamic_naming{};  // pattern with * and ?: a segment whose request's host matches is named after the host
  std::optional<std::string> daemon_address{};  // AWS_XRAY_DAEMON_ADDRESS; 127.0.0.1:2000
  std::vector<plugin> plugins{};                // what tells where the program runs; none
  std::size_t streaming_threshold = 30;         // subsegments sent within their segment; of larger trees, some go on their own
  std::chrono::milliseconds in_progress_after{30'000};  // an open segment is announced by then; 0: never
  sampling_config sampling{};
};

}  // namespace sonde::xray
