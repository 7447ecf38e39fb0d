// SPDX-License-Identifier: MIT
#pragma once

// A backend on loopback that takes OTLP over HTTP/1 and over gRPC, on one port, and answers each request as it is told.
// Used by the tests of adapters/otlp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/tcp.h>

#include "adapters/otlp/exported.hpp"
#include "transport/http2_server.hpp"
#include "transport/received.hpp"
#include "transport/server.hpp"

namespace sonde::tests {

/// One request.
struct arrival {
  received http{};        // over gRPC: the body alone
  bool compressed = false;
  std::string message{};  // without compression and gRPC's frame
  int connection = 0;     // its number, from 0
};

/// Who waits for an answer.
struct caller {
  tests::connection connection;
  http2_connection* http2;  // null over HTTP/1
  std::uint32_t stream;
  const arrival& asked;

  bool write(std::string_view bytes) const { return connection.write(bytes); }
};

/// Answers; false: the connection is to be closed.
using answer_function = std::function<bool(const caller&)>;

class backend {
 public:
  /// The last answer is repeated.
  explicit backend(std::vector<answer_function> answers) : answers_{std::move(answers)} {
    acceptor_ = std::thread{[this] {
      for (int index = 0;; ++index) {
        const int socket = listener_.accept();
        if (socket < 0) return;
        const int at_once = 1;  // a reply over gRPC is several short writes
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        const std::lock_guard lock{mutex_};
        if (stopping_) return static_cast<void>(::close(socket));
        sockets_.push_back(socket);
        workers_.emplace_back([this, socket, index] { serve({socket, index}); });
      }
    }};
  }
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  ~backend() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    listener_.interrupt();
    acceptor_.join();
    for (std::thread& one : workers_) one.join();
    for (const int socket : sockets_) ::close(socket);
  }

  [[nodiscard]] std::string url() const { return "http://" + listener_.authority(); }
  [[nodiscard]] std::string authority() const { return listener_.authority(); }
  [[nodiscard]] std::vector<arrival> requests() {
    const std::lock_guard lock{mutex_};
    return {requests_.begin(), requests_.end()};
  }
  /// Of all requests, one after the other.
  [[nodiscard]] std::vector<std::string> records() {
    std::vector<std::string> all;
    for (const arrival& each : requests())
      for (std::string& one : records_in(each.message)) all.push_back(std::move(one));
    return all;
  }

 private:
  void serve(connection peer) {
    char first[4];
    if (::recv(peer.socket, first, sizeof first, MSG_PEEK | MSG_WAITALL) == sizeof first) {
      if (std::string_view{first, sizeof first} == "PRI ")
        serve_http2(peer);
      else
        while (serve_http1(peer)) continue;
    }
    const std::lock_guard lock{mutex_};
    if (stopping_) return;  // they are being closed
    sockets_.erase(std::find(sockets_.begin(), sockets_.end(), peer.socket));
    ::close(peer.socket);
  }

  bool serve_http1(connection peer) {
    arrival got;
    got.http = parsed(peer.read_head());
    if (got.http.method.empty()) return false;
    if (!got.http.header("expect").empty()) peer.write("HTTP/1.1 100 Continue\r\n\r\n");
    const std::size_t length = std::stoul("0" + got.http.header("content-length"));
    got.http.body = peer.read(length);
    if (got.http.body.size() != length) return false;
    got.compressed = got.http.header("content-encoding") == "gzip";
    got.message = got.compressed ? gunzipped(got.http.body) : got.http.body;
    got.connection = peer.index;
    return answer_for(peer, nullptr, 0, std::move(got));
  }
  void serve_http2(connection peer) {
    http2_connection http2{peer};
    for (std::uint32_t stream = 0; (stream = http2.read_request()) != 0;) {
      arrival got;
      got.http.body = http2.body;
      if (got.http.body.size() >= 5) {
        got.compressed = got.http.body[0] == '\1';
        got.message = got.http.body.substr(5);
        if (got.compressed) got.message = gunzipped(got.message);
      }
      got.connection = peer.index;
      if (!answer_for(peer, &http2, stream, std::move(got))) return;
    }
  }
  bool answer_for(connection peer, http2_connection* http2, std::uint32_t stream, arrival got) {
    const answer_function* how = nullptr;
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(got);
      how = &answers_[std::min(requests_.size(), answers_.size()) - 1];
    }
    return (*how)({peer, http2, stream, got});
  }

  listener listener_;
  std::vector<answer_function> answers_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<arrival> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

/// An HTTP/1.1 reply; `more` are header lines, each with its end.
[[nodiscard]] inline std::string http_reply(int status, const std::string& body = {}, const std::string& more = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\n" + more +
         (status == 204 ? std::string{} : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
         (status == 204 ? std::string{} : body);
}
[[nodiscard]] inline answer_function http(int status, std::string body = {}, std::string more = {}) {
  return [=](const caller& to) { return to.write(http_reply(status, body, more)); };
}
/// To be tried again at once.
[[nodiscard]] inline answer_function http_busy(int status = 503) { return http(status, {}, "Retry-After: 0\r\n"); }

/// `details`: of grpc-status-details-bin.
[[nodiscard]] inline answer_function grpc(int status, std::string message = {}, std::string details = {}, std::string body = {}) {
  return [=](const caller& to) {
    const std::string number = std::to_string(status);
    to.http2->headers(to.stream, {{":status", "200"}, {"content-type", "application/grpc"}});
    if (status == 0) to.http2->data(to.stream, std::string(1, '\0') + http2_frame::number(body.size(), 4) + body);
    to.http2->headers(to.stream, {{"grpc-status", number}, {"grpc-message", message}, {"grpc-status-details-bin", details}},
                      http2_frame::end_stream);
    return true;
  };
}
/// google.rpc.Status with a RetryInfo of 1 ms, of 99,999 s: by protobuf's own Python package, see grpc_status_test.cpp.
inline constexpr char retry_in_1_ms[] =
    "CA4SBGJ1c3kaMgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIGCgQQwIQ9";
inline constexpr char retry_tomorrow[] =
    "CA4SBGJ1c3kaMgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIGCgQIn40G";
[[nodiscard]] inline answer_function grpc_busy(int status = 14) { return grpc(status, "busy", retry_in_1_ms); }

/// Takes the request and never answers.
[[nodiscard]] inline answer_function silence() {
  return [](const caller& to) {
    while (!to.connection.read(1).empty()) continue;  // until the client closes
    return false;
  };
}
/// Sends this and closes, orderly or not.
[[nodiscard]] inline answer_function cut_off(std::string bytes, bool reset) {
  return [=](const caller& to) {
    to.write(bytes);
    if (reset) to.connection.reset_when_closed();
    return false;
  };
}

}  // namespace sonde::tests
