// SPDX-License-Identifier: MIT
// Cruddur: a small HTTP service, instrumented. Starts the recording and the server, waits for SIGTERM or SIGINT, stops
// both.

#include <charconv>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <httplib.h>

#include "recording.hpp"
#include "routes.hpp"

namespace {

/// CRUDDUR_HOST from the environment, an address of this machine: 0.0.0.0 in a container. Loopback by default.
std::string wanted_host() {
  const char* const given = cruddur::setting("CRUDDUR_HOST");
  return given != nullptr ? given : "127.0.0.1";
}

/// PORT from the environment; 0, a free one, by default. Nothing where it is no port.
std::optional<int> wanted_port() {
  const char* const given = cruddur::setting("PORT");
  const std::string_view text = given != nullptr ? given : "0";
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65535) return std::nullopt;
  return port;
}

/// The port it listens on, or -1.
int bind(httplib::Server& server, const std::string& host, int port) {
  if (port == 0) return server.bind_to_any_port(host);
  return server.bind_to_port(host, port) ? port : -1;
}

}  // namespace

int main() {
  const std::optional<int> wanted = wanted_port();
  if (!wanted) {
    std::cerr << "cruddur: PORT must be a number from 0 to 65535\n";
    return 2;
  }

  // Blocked here, before there are other threads, so that only sigwait below sees them.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  const sonde::session session = cruddur::start_recording();

  httplib::Server server;
  cruddur::add_routes(server);
  server.set_keep_alive_timeout(1);  // an idle connection delays the end by no more
  const std::string host = wanted_host();
  const int port = bind(server, host, *wanted);
  if (port < 0) {
    std::cerr << "cruddur: cannot listen on " << host << " port " << *wanted << "; choose another with CRUDDUR_HOST and PORT\n";
    return 1;
  }
  std::thread serving{[&] { server.listen_after_bind(); }};
  std::cout << "cruddur: listening on http://" << host << ':' << port << std::endl;

  int received = 0;
  sigwait(&stop_signals, &received);
  while (!server.is_running()) std::this_thread::yield();  // a stop before the start would be lost
  server.stop();
  serving.join();
}
