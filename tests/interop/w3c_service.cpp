// SPDX-License-Identifier: MIT
// A service as the W3C's harness for Trace Context wants it: `POST /test` with [{"url": …, "arguments": …}, …] makes it
// POST each `arguments` to its `url`, in the trace that its own request came with. It takes and makes the headers by
// hand. The first line on standard output says where it listens; it stops at the end of input.

#include <cstddef>
#include <iostream>
#include <string>
#include <thread>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/propagation.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

bool post(const std::string& url, const std::string& body) {
  const std::size_t path = url.find('/', url.find("://") + 3);
  httplib::Client client{url.substr(0, path)};
  const sonde::span<"POST"> span{sonde::kind::client};
  httplib::Headers headers;
  sonde::inject(headers);
  const auto reply = client.Post(url.substr(path), headers, body, "application/json");
  return reply && reply->status == 200;
}

void answer(const httplib::Request& request, httplib::Response& response) {
  const auto incoming = sonde::extract(request.headers);
  const sonde::propagation_scope travelling{incoming};
  const sonde::span<"POST /test"> span{sonde::kind::server, incoming};
  for (const auto& action : nlohmann::json::parse(request.body))
    if (!post(action.at("url").get<std::string>(), action.at("arguments").dump())) response.status = 502;
}

}  // namespace

int main() {
  const auto session = sonde::start({.service_name = "w3c"}, sonde::testing::null_exporter{});
  httplib::Server server;
  server.Post("/test", answer);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { server.listen_after_bind(); }};
  while (!server.is_running()) std::this_thread::yield();  // a stop before the start would be lost
  std::cout << "listening on " << port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  server.stop();
  serving.join();
}
