// SPDX-License-Identifier: MIT
#pragma once

// Names the inline namespace that keeps translation units built with different flags apart in one program: whatever a
// flag can change lies inside `inline namespace SONDE_ABI`, whatever they share (ids, records, sessions) outside.

#define SONDE_ABI_JOIN_(enabled, level, location) e##enabled##_l##level##_c##location
#define SONDE_ABI_JOIN(enabled, level, location) SONDE_ABI_JOIN_(enabled, level, location)
#define SONDE_ABI SONDE_ABI_JOIN(SONDE_ENABLED, SONDE_MIN_LEVEL, SONDE_CAPTURE_LOCATION)

namespace sonde {
inline namespace SONDE_ABI {}
}  // namespace sonde
