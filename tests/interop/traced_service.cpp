// SPDX-License-Identifier: MIT
// A service between others, made with the integrations for cpp-httplib: `GET /call?url=…` asks that URL and returns
// what came back. Settings are in the environment (OTEL_*). Usage: interop_traced_service <file for its traces>
// The first line on standard output says where it listens; it stops at the end of input.

#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <thread>

#include <httplib.h>

#include <sonde/adapters/file.hpp>
#include <sonde/integrations/httplib.hpp>
#include <sonde/integrations/httplib_client.hpp>
#include <sonde/session.hpp>

namespace {

void call(const httplib::Request& request, httplib::Response& response) {
  const std::string url = request.get_param_value("url");
  const std::size_t path = url.find('/', url.find("://") + 3);
  sonde::httplib::client client{url.substr(0, path)};
  client.set_read_timeout(std::chrono::seconds{60});
  if (const auto reply = client.Get(url.substr(path))) {
    response.status = reply->status;
    response.set_content(reply->body, "application/json");
  } else {
    response.status = 502;
    response.set_content(httplib::to_string(reply.error()), "text/plain");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: interop_traced_service <file for its traces>\n";
    return 2;
  }
  auto session = sonde::start({}, sonde::file::exporter{{.path = arguments[1]}});
  sonde::httplib::server server;
  server.Get("/call", call);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { server.listen_after_bind(); }};
  while (!server.is_running()) std::this_thread::yield();  // a stop before the start would be lost
  std::cout << "listening on " << port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  server.stop();
  serving.join();
  return session.shutdown(std::chrono::seconds{60}) ? 0 : 1;
}
