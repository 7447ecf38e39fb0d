// SPDX-License-Identifier: MIT
#pragma once

// One HTTP exchange as data: what an adapter asks for, and what came of it. Knows no HTTP library.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::transport {

/// any: HTTP/2 where a TLS server offers it, HTTP/1.1 otherwise. http2: nothing else, on plain text without asking
/// first ("prior knowledge"), as gRPC needs it.
enum class http_version : unsigned char { any, http2 };

/// Signs a request for AWS at the moment it is sent (Signature Version 4). The key signs, it is not sent.
struct aws_signature {
  std::string region{};
  std::string service{};  // `xray`, `logs`
  std::string access_key_id{};
  std::string secret_access_key{};
  std::string session_token{};  // of temporary credentials; sent along
};

struct request {
  std::string method = "POST";
  std::string url{};
  environment::pairs headers{};  // a name or value with CR, LF or NUL in it is refused
  std::string body{};
  std::chrono::milliseconds timeout{10'000};  // for everything from name lookup to the last byte; 0: no limit

  // PEM files; empty: the system's trust store, no client certificate.
  std::string ca_file{};
  std::string client_certificate_file{};
  std::string client_key_file{};

  http_version version = http_version::any;
  std::vector<std::string> kept_headers{};  // of the reply, trailers too: to be handed over in response::headers
  std::optional<aws_signature> signature{};
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
  int status = 0;                // 0: none arrived
  std::string body{};            // up to 4 MiB, as sent by the backend; show people no more than an excerpt
  std::string content_type{};    // of the reply, empty if it named none
  std::string retry_after{};     // as sent: seconds or an HTTP date
  environment::pairs headers{};  // those asked to be kept, named as asked; the last one wins, a trailer beats a header
  std::string error{};           // for people: `connection refused by localhost:4318`; empty if answered

  /// The value of a kept header or trailer, its name in any case; empty if there was none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (const auto& [kept, value] : headers)
      if (environment::same_ignoring_case(kept, name)) return value;
    return {};
  }
};

}  // namespace sonde::transport
