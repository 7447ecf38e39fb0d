// SPDX-License-Identifier: MIT
#pragma once

// The entry for typed attributes: `sonde::span<"name", aggregate>`, and aggregates as attribute values. Needs Boost.PFR.

#include <sonde/config.hpp>
#include <sonde/span/tracer.hpp>
#include <sonde/span/typed_span.hpp>
