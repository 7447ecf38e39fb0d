// SPDX-License-Identifier: MIT
#pragma once

// The version of sonde, as numbers for the preprocessor and as text for backends.

#define SONDE_VERSION_MAJOR 0
#define SONDE_VERSION_MINOR 1
#define SONDE_VERSION_PATCH 0

namespace sonde {

inline constexpr char version[] = "0.1.0";

}  // namespace sonde
