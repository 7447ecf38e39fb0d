// SPDX-License-Identifier: MIT
// Runs one session with two exporters, OTLP to a server of its own and memory, and leaves behind what each got:
// `<directory>/request-<n>.bin` as they arrived, and `<directory>/recorded.json`. Read by check_otlp.py.

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <httplib.h>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>
#include <sonde/testing/memory_exporter.hpp>

#include "everything.hpp"
#include "recorded_json.hpp"

int main(int, char** arguments) {
  const std::string directory = arguments[1];
  httplib::Server server;
  int received = 0;
  server.Post("/v1/traces", [&](const httplib::Request& request, httplib::Response&) {
    std::ofstream{directory + "/request-" + std::to_string(received++) + ".bin", std::ios::binary} << request.body;
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening{[&] { server.listen_after_bind(); }};

  const sonde::testing::memory_exporter memory;
  bool complete = false;
  {
    auto session = sonde::start({.service_name = "interop \"service\"",
                                 .service_version = "1.2",
                                 .resource_attributes = {{"deployment.environment.name", "test"}},
                                 .diagnostics = [](auto) {}},
                                memory,
                                sonde::otlp::exporter{{.endpoint = "http://127.0.0.1:" + std::to_string(port), .batch_count = 100}});
    interop::record_everything();
    complete = session.shutdown(std::chrono::seconds{20});
  }
  server.stop();
  listening.join();
  interop::write_recorded(directory, memory);
  return complete ? 0 : 1;
}
