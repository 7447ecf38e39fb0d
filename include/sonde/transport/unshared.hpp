// SPDX-License-Identifier: MIT
#pragma once

// Keeps libcurl's own descriptors from the programs that the user's program starts. Those of connections are opened by us
// (exchange.hpp); but the pair that wakes a multi handle is libcurl's, which marks it only since 8.10. Used by http.hpp.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sonde::transport {

/// Bytes that wait in a socket, and those it has sent that wait at its peer.
struct pending_bytes {
  int in = -1;
  int out = -1;

  explicit pending_bytes(int socket) noexcept {
    ::ioctl(socket, FIONREAD, &in);
    ::ioctl(socket, TIOCOUTQ, &out);
  }
  [[nodiscard]] bool none() const noexcept { return in == 0 && out == 0; }
  [[nodiscard]] bool one_side() const noexcept { return (in == 1 && out == 0) || (in == 0 && out > 0); }
};

/// Local sockets that a started program would get, with nothing in them.
[[nodiscard]] inline std::vector<int> idle_local_sockets() {
  std::vector<int> found;
  DIR* const all = ::opendir("/proc/self/fd");
  if (all == nullptr) return found;
  while (const dirent* const each = ::readdir(all)) {  // NOLINT(concurrency-mt-unsafe): nobody else has it
    const int number = std::atoi(each->d_name);  // NOLINT(cert-err34-c): 0 where it is none
    const int flags = ::fcntl(number, F_GETFD);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (number > 0 && flags >= 0 && (flags & FD_CLOEXEC) == 0 &&
        ::getsockname(number, reinterpret_cast<sockaddr*>(&address), &size) == 0 && address.ss_family == AF_UNIX &&
        pending_bytes{number}.none())
      found.push_back(number);
  }
  ::closedir(all);
  return found;
}

/// libcurl does not tell which they are: those that the byte goes through when the handle is woken.
inline void keep_from_programs(CURLM* multi) noexcept {
  try {
    std::vector<int> pair = idle_local_sockets();
    curl_multi_wakeup(multi);
    std::erase_if(pair, [](int each) { return !pending_bytes{each}.one_side(); });
    curl_multi_poll(multi, nullptr, 0, 0, nullptr);
    for (const int each : pair)
      if (pending_bytes{each}.none()) ::fcntl(each, F_SETFD, FD_CLOEXEC);
  } catch (...) {  // no memory: they stay as libcurl made them
  }
}

}  // namespace sonde::transport
