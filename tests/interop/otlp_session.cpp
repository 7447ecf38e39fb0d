// SPDX-License-Identifier: MIT
// Runs one session with three exporters, OTLP to a server of its own in protobuf and in JSON, and memory, and leaves behind what
// each got: `<directory>/traces-<n>.bin`, `logs-<n>.bin`, `traces-<n>.json` and `logs-<n>.json` as they arrived, and what
// recorded_json.hpp writes. Read by check_otlp.py.

#include <atomic>
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
  std::atomic<int> received = 0;
  server.Post("/v1/(traces|logs)", [&](const httplib::Request& request, httplib::Response&) {
    const char* const ending = request.get_header_value("Content-Type") == "application/json" ? ".json" : ".bin";
    const std::string name = directory + '/' + request.matches[1].str() + '-' + std::to_string(received++) + ending;
    std::ofstream{name, std::ios::binary} << request.body;
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening{[&] { server.listen_after_bind(); }};

  const std::string endpoint = "http://127.0.0.1:" + std::to_string(port);

  const sonde::testing::memory_exporter memory;
  bool complete = false;
  {
    auto session = sonde::start({.service_name = "interop \"service\"",
                                 .service_version = "1.2",
                                 .resource_attributes = {{"deployment.environment.name", "test"}},
                                 .diagnostics = [](auto) {}},
                                memory,
                                sonde::otlp::exporter{{.endpoint = endpoint, .batch_count = 100}},
                                sonde::otlp::exporter{{.endpoint = endpoint,
                                                       .protocol = sonde::otlp::protocol::http_json,
                                                       .batch_count = 100}});
    interop::record_everything();
    interop::record_logs();
    complete = session.shutdown(std::chrono::seconds{20});
  }
  server.stop();
  listening.join();
  interop::write_recorded(directory, memory);
  return complete ? 0 : 1;
}
