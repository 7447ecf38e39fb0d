// SPDX-License-Identifier: MIT
#pragma once

// Which thread recorded something: read once when it joins a session (pipeline/recorder_pool.hpp), kept by its recorder,
// shown to exporters by the views of its records.

#include <cstdint>

namespace sonde::record {

struct thread_identity {
  std::uint32_t number;  // the system's, as debuggers show it; another thread may get it once this one has ended
  char name[16];         // as it was then; ends with a zero
};

}  // namespace sonde::record
