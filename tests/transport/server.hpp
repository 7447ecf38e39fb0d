// SPDX-License-Identifier: MIT
#pragma once

// The other end for transport tests: a well-behaved HTTP server, and sockets that misbehave as they are told.

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <httplib.h>

namespace sonde::tests {

/// Serves on a free loopback port from start() until it goes out of scope.
template <class Server = httplib::Server>
struct http_server {
  Server server;
  int port = 0;
  std::thread thread;

  template <class... Args>
  explicit http_server(Args... args) : server{args...} {}
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;
  ~http_server() {
    server.stop();
    if (thread.joinable()) thread.join();
  }

  void start(int keep_alive_seconds = 1) {  // stop() waits for idle connections
    server.set_keep_alive_max_count(1000);
    server.set_keep_alive_timeout(keep_alive_seconds);
    port = server.bind_to_any_port("127.0.0.1");
    if (port <= 0) throw std::runtime_error{"no free loopback port"};
    thread = std::thread{[this] { server.listen_after_bind(); }};
    while (!server.is_running()) std::this_thread::yield();
  }
  [[nodiscard]] std::string url(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port) + path;
  }
};

/// A listening loopback socket. Connections are completed by the system even if nobody accepts them.
class listener {
 public:
  listener() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 128) != 0 ||
        ::getsockname(socket_, generic, &size) != 0)
      throw std::runtime_error{"no loopback socket"};
    port_ = ntohs(address.sin_port);
  }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() { close(); }

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  /// Ends a blocked accept().
  void interrupt() const { ::shutdown(socket_, SHUT_RDWR); }
  [[nodiscard]] int accept() const { return ::accept(socket_, nullptr, nullptr); }
  [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "http://" + authority() + "/"; }

 private:
  int socket_;
  int port_ = 0;
};

/// One accepted connection, number `index` (from 0) of its server.
struct connection {
  int socket;
  int index;

  /// The head of the next request, up to its empty line; nothing when the client has closed.
  std::string read_head() const {
    std::string seen;
    char byte = 0;
    while (seen.find("\r\n\r\n") == std::string::npos) {
      if (::recv(socket, &byte, 1, 0) != 1) return {};
      seen += byte;
    }
    return seen;
  }
  /// `size` bytes, or fewer when the client has closed.
  std::string read(std::size_t size) const {
    std::string seen(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const ssize_t more = ::recv(socket, seen.data() + got, size - got, 0);
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    seen.resize(got);
    return seen;
  }
  /// False when the client has closed.
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Closing will be a reset, not an end.
  void reset_when_closed() const {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
};

/// Accepts connections one after the other and hands each to `serve`; closes it afterwards.
class scripted_server {
 public:
  explicit scripted_server(std::function<void(connection)> serve)
      : thread_{[this, serve = std::move(serve)] {
          for (int index = 0;; ++index) {
            const int socket = listener_.accept();
            if (socket < 0) return;
            const int yes = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            serve({socket, index});
            ::close(socket);
          }
        }} {}
  ~scripted_server() {
    listener_.interrupt();
    thread_.join();
  }
  [[nodiscard]] std::string authority() const { return listener_.authority(); }
  [[nodiscard]] std::string url() const { return listener_.url(); }

 private:
  listener listener_;
  std::thread thread_;
};

/// A self-signed certificate for localhost and 127.0.0.1, valid until 2120, and its key. Guards nothing.
inline constexpr char test_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBSTCB8KADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCnNvbmRlIHRl\n"
    "c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM\n"
    "CnNvbmRlIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS/Sbn3I6mKPCEP\n"
    "58NhU2Tzmahz5p+ah3Cw3b5sUIuzel0LQ1aMg84lSJT88VxbkW14Z5KQQ5GXzPwl\n"
    "JeOCg+ozoy8wLTAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBbhNQKOlDtJx9JtUFws5cIBuoiYHdw\n"
    "H9TsD4CBiT2ecQIhAKBmLtOjhp0jdme7DIuufTbGICf2m268m9JqhuOV5RCd\n"
    "-----END CERTIFICATE-----\n";
inline constexpr char test_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoVPphSsuYNHtrhGL\n"
    "OZ5BA4vOxDtwZ9OnWp9dlDuPAPShRANCAAS/Sbn3I6mKPCEP58NhU2Tzmahz5p+a\n"
    "h3Cw3b5sUIuzel0LQ1aMg84lSJT88VxbkW14Z5KQQ5GXzPwlJeOCg+oz\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace sonde::tests
