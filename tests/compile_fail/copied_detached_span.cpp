// expect: deleted
// SPDX-License-Identifier: MIT
#include <utility>

#include <sonde/sonde.hpp>

void control(sonde::detached_span<"name">& span) { sonde::detached_span<"name"> moved{std::move(span)}; }

#ifdef SONDE_COMPILE_FAIL
void copied_detached_span(sonde::detached_span<"name">& span) { sonde::detached_span<"name"> copy{span}; }
#endif
