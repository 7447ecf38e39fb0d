// SPDX-License-Identifier: MIT
#pragma once

// The compile-time flags, their defaults, and the typed constants the rest of the library reads instead of them.

#ifndef SONDE_ENABLED
#define SONDE_ENABLED 1  // 0: instrumentation compiles to nothing
#endif
#ifndef SONDE_MIN_LEVEL
#define SONDE_MIN_LEVEL 0  // 0-5: levelled spans and logs below it compile to nothing
#endif
#ifndef SONDE_CAPTURE_LOCATION
#define SONDE_CAPTURE_LOCATION 1  // 1: spans carry file, line and function of where they were opened
#endif

#if SONDE_ENABLED != 0 && SONDE_ENABLED != 1
#error "sonde: SONDE_ENABLED must be 0 or 1"
#endif
#if SONDE_MIN_LEVEL < 0 || SONDE_MIN_LEVEL > 5
#error "sonde: SONDE_MIN_LEVEL must be a number from 0 (trace) to 5 (critical)"
#endif
#if SONDE_CAPTURE_LOCATION != 0 && SONDE_CAPTURE_LOCATION != 1
#error "sonde: SONDE_CAPTURE_LOCATION must be 0 or 1"
#endif

#include <sonde/abi.hpp>

namespace sonde {

/// How important a levelled span or a log record is; also the severity of a report.
enum class level : unsigned char { trace, debug, info, warning, error, critical };

inline namespace SONDE_ABI {

inline constexpr bool enabled = SONDE_ENABLED == 1;
inline constexpr level min_level = static_cast<level>(SONDE_MIN_LEVEL);
inline constexpr bool capture_location = SONDE_CAPTURE_LOCATION == 1;

}  // namespace SONDE_ABI
}  // namespace sonde
