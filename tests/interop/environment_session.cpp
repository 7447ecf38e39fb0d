// SPDX-License-Identifier: MIT
// A session as users have it, all of its OTLP from the environment: records what everything.hpp has, sends it, and
// leaves behind what was recorded (recorded_json.hpp). Usage: interop_environment_session <directory>
// Says `exported <spans> spans, <logs> log records` on standard output; ends with 1 where anything was lost.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>

#include "everything.hpp"
#include "recorded_json.hpp"
#include "recorder.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: interop_environment_session <directory>\n";
    return 2;
  }
  const std::string directory = arguments[1];
  const interop::recorder memory{directory};
  sonde::session session = sonde::start({.service_version = "1.2"}, memory, sonde::otlp::exporter{});
  interop::record_everything();
  interop::record_logs();
  const bool complete = session.shutdown(std::chrono::seconds{60});
  interop::write_recorded(directory, memory);
  const auto otlp = session.stats().exporters.at(1);
  std::cout << "exported " << otlp.spans.exported << " spans, " << otlp.logs.exported << " log records\n";
  const std::uint64_t lost = otlp.spans.dropped.total() + otlp.logs.dropped.total();
  return complete && lost == 0 ? 0 : 1;
}
