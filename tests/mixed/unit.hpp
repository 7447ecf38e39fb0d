// SPDX-License-Identifier: MIT
#pragma once

// The parts of the mixed program: one function each, all compiled from unit.cpp, each with flags of its own.

namespace mixed {

using step = void();

/// Opens its spans around a call of `next`.
[[gnu::visibility("default")]] void usual(step* next);
[[gnu::visibility("default")]] void disabled(step* next);
[[gnu::visibility("default")]] void min_level_3(step* next);
[[gnu::visibility("default")]] void no_location(step* next);
[[gnu::visibility("default")]] void in_static_library(step* next);
[[gnu::visibility("default")]] void in_shared_library(step* next);
[[gnu::visibility("default")]] void in_hidden_library(step* next);

}  // namespace mixed
