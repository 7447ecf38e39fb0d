// SPDX-License-Identifier: MIT
#pragma once

// A UDP socket that never blocks, connected to one address at a time: that is how the system tells of a port where nobody
// listens. Used by datagram_queue.hpp.

#include <cerrno>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include <sonde/transport/resolver.hpp>

namespace sonde::transport {

class udp {
 public:
  udp() = default;
  udp(udp&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  udp& operator=(udp&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~udp() { close(); }

  /// 0, or an errno.
  [[nodiscard]] int connect(const socket_address& to) noexcept {
    close();
    number_ = ::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (number_ < 0) return errno;
    if (::connect(number_, to.get(), to.size) == 0) return 0;
    const int why = errno;
    close();
    return why;
  }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

  /// 0, or an errno; EAGAIN where there is no room just now. That of an earlier datagram nobody took is told first, and then
  /// this one has not been sent.
  [[nodiscard]] int send(std::string_view bytes) noexcept {
    for (;;) {
      if (::send(number_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return 0;
      if (errno != EINTR) return errno == EWOULDBLOCK || errno == ENOBUFS ? EAGAIN : errno;
    }
  }
  /// What came back for datagrams sent: 0, or an errno, once.
  [[nodiscard]] int take_error() noexcept {
    int why = 0;
    socklen_t size = sizeof why;
    return ::getsockopt(number_, SOL_SOCKET, SO_ERROR, &why, &size) == 0 ? why : errno;
  }
  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace sonde::transport
