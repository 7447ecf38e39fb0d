// SPDX-License-Identifier: MIT
#pragma once

// Trace ids that tell when the trace began, as X-Ray wants them: in the first 4 bytes, as seconds since 1970. The rightmost
// 12 bytes stay random. Source: AWS X-Ray developer guide, "Sending trace data to X-Ray", trace ID format.

#include <cstdint>

#include <sonde/context/trace_id.hpp>

namespace sonde::context {

constexpr void put_time(trace_id& id, std::uint32_t unix_seconds) noexcept {
  for (int i = 0; i < 4; ++i) id.bytes[i] = static_cast<unsigned char>(unix_seconds >> (24 - 8 * i));
}

}  // namespace sonde::context
