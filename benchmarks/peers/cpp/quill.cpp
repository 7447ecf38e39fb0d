// SPDX-License-Identifier: MIT
// quill at the work of benchmarks/peers: it knows no spans, so that each is one line, which says how long it took; its backend
// thread formats it and throws it away.

#include <chrono>

#include <quill/Backend.h>
#include <quill/Frontend.h>
#include <quill/LogMacros.h>
#include <quill/Logger.h>
#include <quill/sinks/NullSink.h>

#include "bursts.hpp"

int main(int count, char** arguments) {
  using steady = std::chrono::steady_clock;
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  quill::Backend::start();
  const auto sink = quill::Frontend::create_or_get_sink<quill::NullSink>("null");
  quill::Logger* logger = quill::Frontend::create_or_get_logger("bench", sink);
  const auto plain = [&](long) {
    const auto begun = steady::now();
    LOG_INFO(logger, "home-activities took {} ns", (steady::now() - begun).count());
  };
  const auto three = [&](long i) {
    const auto begun = steady::now();
    LOG_INFO(logger, "home-activities app.count={} app.cached={} user.handle={} took {} ns", i, (i & 1) != 0, "sixteen chars ok",
             (steady::now() - begun).count());
  };
  bench::time(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])), plain, three,
              [&] { logger->flush_log(); });
  return 0;
}
