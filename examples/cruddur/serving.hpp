// SPDX-License-Identifier: MIT
#pragma once

// What both services of the example do alike: answer in JSON, listen, and stop on SIGTERM or SIGINT.

#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/integrations/httplib.hpp>

#include "settings.hpp"

namespace cruddur {

inline void reply(httplib::Response& response, const nlohmann::json& body) {
  response.set_content(body.dump(), "application/json");
}

/// Nothing of an exception goes out: the trace has it, the client need not know.
inline void answer_errors(sonde::httplib::server& server) {
  server.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
    response.status = 500;
    reply(response, {{"error", "internal server error"}});
  });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) reply(response, {{"error", response.status == 404 ? "not found" : "no answer"}});
  });
}

/// SIGTERM and SIGINT, taken by whoever waits for them. Make it before there are other threads.
class stop_signals {
 public:
  stop_signals() {
    sigemptyset(&both_);
    sigaddset(&both_, SIGTERM);
    sigaddset(&both_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &both_, nullptr);
  }
  void wait() const {
    int received = 0;
    sigwait(&both_, &received);
  }

 private:
  sigset_t both_;
};

/// Serves until one of the signals comes; the exit code of the program. `name` begins the line that says where it listens.
[[nodiscard]] inline int serve(const char* name, httplib::Server& server, const stop_signals& stop) {
  const std::string host = setting_or("CRUDDUR_HOST", "127.0.0.1");  // 0.0.0.0 in a container
  const std::optional<int> wanted = wanted_port();
  if (!wanted) {
    std::cerr << name << ": PORT must be a number from 0 to 65535\n";
    return 2;
  }
  server.set_keep_alive_timeout(1);  // an idle connection delays the end by no more
  const int port = *wanted == 0 ? server.bind_to_any_port(host) : server.bind_to_port(host, *wanted) ? *wanted : -1;
  if (port < 0) {
    std::cerr << name << ": cannot listen on " << host << " port " << *wanted
              << "; choose another with CRUDDUR_HOST and PORT\n";
    return 1;
  }
  std::thread serving{[&] { server.listen_after_bind(); }};
  std::cout << name << ": listening on http://" << host << ':' << port << std::endl;
  stop.wait();
  while (!server.is_running()) std::this_thread::yield();  // a stop before the start would be lost
  server.stop();
  serving.join();
  return 0;
}

}  // namespace cruddur
