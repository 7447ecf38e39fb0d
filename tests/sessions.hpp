// SPDX-License-Identifier: MIT
#pragma once

// The sessions that many tests start, compiled once, in sessions.cpp: each would cost its translation unit seconds.

#include <sonde/adapters/otlp.hpp>
#include <sonde/pipeline/session.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace sonde {

extern template live_session live_session::begin(session_config, testing::memory_exporter);
extern template live_session live_session::begin(session_config, otlp::exporter);

}  // namespace sonde
