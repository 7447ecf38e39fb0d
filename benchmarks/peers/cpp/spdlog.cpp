// SPDX-License-Identifier: MIT
// spdlog at the work of benchmarks/peers: it knows no spans, so that each is one line of its asynchronous logger, which says how
// long it took; the other thread formats it and throws it away.

#include <memory>

#ifndef SPDLOG_FMT_EXTERNAL
#define SPDLOG_FMT_EXTERNAL
#endif
#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "bursts.hpp"

namespace {

using steady = std::chrono::steady_clock;

/// spdlog's null sink does not format; whoever reads a line would.
class formatting_null_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  void sink_it_(const spdlog::details::log_msg& line) override {
    text_.clear();
    formatter_->format(line, text_);
  }
  void flush_() override {}
  spdlog::memory_buf_t text_;
};

}  // namespace

int main(int count, char** arguments) {
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  spdlog::init_thread_pool(8192, 1);
  const auto sink = std::make_shared<formatting_null_sink>();
  const auto logger = std::make_shared<spdlog::async_logger>("bench", sink, spdlog::thread_pool());
  const auto plain = [&](long) {
    const auto begun = steady::now();
    logger->info("home-activities took {} ns", (steady::now() - begun).count());
  };
  const auto three = [&](long i) {
    const auto begun = steady::now();
    logger->info("home-activities app.count={} app.cached={} user.handle={} took {} ns", i, (i & 1) != 0, "sixteen chars ok",
                 (steady::now() - begun).count());
  };
  bench::time(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])), plain, three, [] {
    while (spdlog::thread_pool()->queue_size() != 0) std::this_thread::sleep_for(std::chrono::microseconds{200});
  });
  return 0;
}
