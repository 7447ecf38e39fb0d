// SPDX-License-Identifier: MIT
#pragma once

// One HTTP exchange as data: what an adapter asks for, and what came of it. Knows no HTTP library.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sonde::transport {

struct request {
  std::string method = "POST";
  std::string url{};
  std::vector<std::pair<std::string, std::string>> headers{};  // a name or value with CR, LF or NUL in it is refused
  std::string body{};
  std::chrono::milliseconds timeout{10'000};  // for everything from name lookup to the last byte; 0: no limit

  // PEM files; empty: the system's trust store, no client certificate.
  std::string ca_file{};
  std::string client_certificate_file{};
  std::string client_key_file{};
};

/// How far a request came.
enum class outcome : unsigned char {
  answered,   // `status` and `body` are the backend's
  no_answer,  // no connection, a broken one, or too late: the same request may do better later
  refused,    // never sent: the request itself cannot be, now or later
  too_large,  // a reply over 4 MiB; final, whatever its status
  aborted,    // given up by us at a deadline
};

struct response {
  transport::outcome outcome = outcome::no_answer;
  int status = 0;              // 0: none arrived
  std::string body{};          // up to 4 MiB, as sent by the backend; show people no more than an excerpt
  std::string content_type{};  // of the reply, empty if it named none
  std::string retry_after{};   // as sent: seconds or an HTTP date
  std::string error{};         // for people: `connection refused by localhost:4318`; empty if answered
};

}  // namespace sonde::transport
