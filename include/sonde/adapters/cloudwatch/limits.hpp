// SPDX-License-Identifier: MIT
#pragma once

// What CloudWatch Logs takes, as numbers. Source: CloudWatch Logs API reference, PutLogEvents, CreateLogGroup,
// PutRetentionPolicy; CloudWatch Logs user guide, "Quotas".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace sonde::cloudwatch {

inline constexpr std::size_t max_batch_bytes = 1'048'576;
inline constexpr std::size_t event_overhead = 26;  // bytes that each event counts besides its message
inline constexpr std::uint32_t max_batch_count = 10'000;
inline constexpr std::int64_t max_batch_span = 86'400'000;  // ms between the first and the last event
inline constexpr std::size_t max_name_size = 512;           // of a group or stream

/// Of one event's message. Older endpoints take 256 KiB with the overhead, newer ones a whole batch.
inline constexpr std::size_t usual_event_bytes = 262'144 - event_overhead;
inline constexpr std::size_t max_event_bytes = max_batch_bytes - event_overhead;
/// Room for level, time and ids in any form.
inline constexpr std::size_t min_event_bytes = 1024;

inline constexpr std::uint32_t retention_choices[] = {1,   3,   5,   7,   14,  30,   60,   90,   120,  150,  180,
                                                      365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
[[nodiscard]] constexpr bool is_retention(std::uint32_t days) noexcept {
  return std::find(std::begin(retention_choices), std::end(retention_choices), days) != std::end(retention_choices);
}

}  // namespace sonde::cloudwatch
