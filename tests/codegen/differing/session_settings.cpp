// SPDX-License-Identifier: MIT
// A documented limit: what `start` is given is made and destroyed, and so is what the session answers with. No more than that.
// levels: -O2
// differs: .text session_config|std::
#include <string>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/adapters/file.hpp>
#include <sonde/session.hpp>
#endif

namespace session_settings {

int started(int n) {
  INSTRUMENTED(auto session = sonde::start({.service_name = "backend"}, sonde::file::exporter{});)
  INSTRUMENTED(if (session.stats().spans.started != 0 || !session.settings().empty() || session.refusal().empty()) return 1;)
  return work(n);
}

}  // namespace session_settings
