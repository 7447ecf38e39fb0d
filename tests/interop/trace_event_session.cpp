// SPDX-License-Identifier: MIT
// Runs one session with two exporters, trace events and memory, and leaves behind what each got: `<directory>/running.json`
// (the file as it was before the session ended), `<directory>/trace.json` and `<directory>/recorded.json`. Read by
// check_trace_event.py.

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include <sonde/adapters/trace_event.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/testing/memory_exporter.hpp>

#include "everything.hpp"
#include "recorded_json.hpp"

namespace {

int nest(int depth) {
  sonde::span<"level"> span;
  span.set_attribute<"depth">(depth);
  sonde::log::info("level {}", depth);
  return depth == 0 ? 0 : nest(depth - 1) + nest(depth - 1);
}

void record_threads() {
  std::vector<sonde::detached_span<"job">> jobs(4);
  std::vector<std::thread> threads;
  for (auto& each : jobs)
    threads.emplace_back([job = std::move(each), name = "worker \"" + std::to_string(threads.size()) + "\""]() mutable {
      pthread_setname_np(pthread_self(), name.c_str());
      nest(5);
      {
        sonde::span<"crossed"> span;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        job.add_event<"handed over">();
        job.end();  // begun before `span`, on another thread
      }
      try {
        sonde::in_span<"throws">([] { throw std::runtime_error{"no"}; });
      } catch (const std::exception& error) {
        sonde::report_exception(error);
      }
    });
  for (std::thread& each : threads) each.join();
}

}  // namespace

int main(int, char** arguments) {
  const std::string directory = arguments[1];
  const sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "interop \"service\"", .diagnostics = [](auto) {}}, memory,
                              sonde::trace_event::exporter{{.path = directory + "/trace.json"}});
  interop::record_everything();
  record_threads();
  bool complete = session.force_flush(std::chrono::seconds{20});
  std::filesystem::copy_file(directory + "/trace.json", directory + "/running.json");
  complete = session.shutdown(std::chrono::seconds{20}) && complete;
  interop::write_recorded(directory, memory);
  return complete ? 0 : 1;
}
