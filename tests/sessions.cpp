// SPDX-License-Identifier: MIT

#include "sessions.hpp"

namespace sonde {

template live_session live_session::begin(session_config, testing::memory_exporter);
template live_session live_session::begin(session_config, otlp::exporter);

}  // namespace sonde
