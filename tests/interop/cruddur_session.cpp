// SPDX-License-Identifier: MIT
// Cruddur under test: the routes of examples/cruddur, and a session whose memory exporter sees what the others send.
// Usage: interop_cruddur_session <directory> [<OTLP endpoint>]
//
// Traces go to <directory>/traces.jsonl, logs to logs.jsonl there, and both, where one is named, to the endpoint. The first line on
// standard output says where it listens; then it obeys lines on standard input: `everything` and `logs` record what everything.hpp
// has, `flush` sends what has ended and says how many spans that are. At the end of input it stops, and leaves resource.json and
// what recorded_json.hpp writes in the directory.

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

#include <httplib.h>

#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

#include "everything.hpp"
#include "recorder.hpp"
#include "routes.hpp"

namespace {

using interop::recorder;

/// Routes that only a test wants: spans that last as long as it says.
void add_slow_route(sonde::httplib::server& server) {
  server.Get(R"(/slow/(\d+))", "/slow/:milliseconds", [](const httplib::Request& request, httplib::Response&) {
    const sonde::span<"slow-query"> span;
    std::this_thread::sleep_for(std::chrono::milliseconds{std::stoi(request.matches[1])});
  });
}

/// Until the end of input.
void obey(sonde::session& session, const recorder& memory) {
  for (std::string order; std::getline(std::cin, order);) {
    if (order == "everything") {
      interop::record_everything();
      std::cout << "recorded" << std::endl;
    } else if (order == "logs") {
      interop::record_logs();
      std::cout << "recorded" << std::endl;
    } else if (order == "flush") {
      const bool all = session.force_flush(std::chrono::seconds{120});
      std::cout << (all ? "flushed " : "not flushed ") << memory.spans().size() << std::endl;
    } else {
      std::cout << "unknown order" << std::endl;
    }
  }
}

/// Whether all that was recorded has been delivered.
template <class... Exporters>
bool serve(const std::string& directory, const recorder& memory, Exporters... exporters) {
  const cruddur::database store;
  cruddur::fill(store);
  const cruddur::profiles_client profiles;
  sonde::session session = sonde::start({.service_name = "cruddur \"under test\"",
                                         .service_version = "1.2",
                                         .resource_attributes = {{"deployment.environment.name", "test"}}},
                                        memory, std::move(exporters)...,
                                        sonde::file::exporter{{.path = directory + "/traces.jsonl", .logs_path = directory + "/logs.jsonl"}});
  sonde::httplib::server server{{.access_log = true}};
  add_slow_route(server);
  cruddur::add_routes(server, store, profiles);
  server.set_keep_alive_timeout(1);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { server.listen_after_bind(); }};
  while (!server.is_running()) std::this_thread::yield();  // a stop before the start would be lost
  std::cout << "listening on " << port << std::endl;

  obey(session, memory);
  server.stop();
  serving.join();
  return session.shutdown(std::chrono::seconds{120});
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: interop_cruddur_session <directory> [<OTLP endpoint>]\n";
    return 2;
  }
  const std::string directory = arguments[1];
  const recorder memory{directory};
  const bool complete =
      count < 3 ? serve(directory, memory)
                : serve(directory, memory,
                        sonde::otlp::exporter{
                            {.endpoint = arguments[2], .timeout = std::chrono::seconds{60}, .batch_count = 100}});
  interop::write_recorded(directory, memory);
  return complete ? 0 : 1;
}
