// SPDX-License-Identifier: MIT
// A session of a program that is off: an empty object whose members do nothing.
// levels: -O2
#include <chrono>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/session.hpp>
#endif

namespace session {

HOLDS_WHERE_OFF(std::is_empty_v<sonde::session> && std::is_trivial_v<sonde::session>)

int used(int n) {
  INSTRUMENTED(sonde::session session;)
  INSTRUMENTED(session.set_log_level(sonde::level::warning);)
  INSTRUMENTED(if (!session.force_flush() || !session.force_flush(std::chrono::seconds{1})) return 0;)
  INSTRUMENTED(if (session) return 1;)
  INSTRUMENTED(session.shutdown();)
  INSTRUMENTED(session.shutdown(std::chrono::milliseconds{5});)
  return work(n);
}

}  // namespace session
