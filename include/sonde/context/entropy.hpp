// SPDX-License-Identifier: MIT
#pragma once

// Seeds a thread's id source from the system's randomness. Used when a thread attaches to a session, never per span.

#include <cstdint>

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <sonde/context/clock.hpp>
#include <sonde/context/id_source.hpp>

namespace sonde::context {

/// 256 bits from getrandom(2); where that fails, from clocks, process id and stack address: unlike, though guessable.
[[nodiscard]] inline id_source seeded_id_source() noexcept {
  id_source source{};
  if (getrandom(source.state, sizeof source.state, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof source.state)) {
    timespec now{};
    static_cast<void>(clock_gettime(CLOCK_REALTIME, &now));
    source.state[0] = ticks();
    source.state[1] = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'007u + static_cast<std::uint64_t>(now.tv_nsec);
    source.state[2] = static_cast<std::uint64_t>(getpid());
    source.state[3] = reinterpret_cast<std::uintptr_t>(&source);
    for (int round = 0; round < 16; ++round) static_cast<void>(source.next());
  }
  source.state[0] |= source.state[0] == 0;
  return source;
}

}  // namespace sonde::context
