// SPDX-License-Identifier: MIT
#pragma once

// Looks up a host's addresses without keeping anybody waiting: addresses written as numbers at once, names on a thread of
// their own that ends with the answer. Used by udp.hpp.

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <sonde/transport/host_port.hpp>

namespace sonde::transport {

/// An address of either family, with its port.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  friend bool operator==(const socket_address& a, const socket_address& b) noexcept {
    return a.size == b.size && std::memcmp(&a.storage, &b.storage, a.size) == 0;
  }
};

/// Those of IPv4 come first, since that is what most services listen on where a name has both.
struct resolved {
  std::vector<socket_address> addresses{};
  std::string error{};  // why there are none
};

[[nodiscard]] inline resolved look_up(const host_port& where, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = flags;
  addrinfo* found = nullptr;
  resolved made;
  const int status = getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &wanted, &found);
  if (status != 0) made.error = status == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(status);
  for (const bool first_choice : {true, false})
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
      if ((each->ai_family == AF_INET) != first_choice || each->ai_addrlen > sizeof(sockaddr_storage)) continue;
      socket_address& address = made.addresses.emplace_back();
      std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
      address.size = each->ai_addrlen;
    }
  if (found != nullptr) freeaddrinfo(found);
  return made;
}

class resolver {
 public:
  /// Whether `where` needs no asking: it never changes.
  [[nodiscard]] bool is_numeric() const noexcept { return numeric_; }
  [[nodiscard]] bool busy() const noexcept { return pending_ != nullptr; }

  /// Nothing where an answer is still awaited.
  void ask(const host_port& where) {
    if (busy()) return;
    auto question = std::make_shared<look_up_state>();
    question->answer = look_up(where, AI_NUMERICHOST | AI_NUMERICSERV);
    numeric_ = question->answer.error.empty();
    if (numeric_) question->done = true;
    pending_ = question;
    if (numeric_) return;
    try {
      std::thread{[question, where] { run(*question, where); }}.detach();
    } catch (const std::exception& no_thread) {
      question->answer = {{}, no_thread.what()};
      question->done = true;
    }
  }

  /// The answer, once; nothing while there is none.
  [[nodiscard]] std::optional<resolved> take() {
    if (!busy() || !pending_->done.load(std::memory_order_acquire)) return std::nullopt;
    resolved answer = std::move(pending_->answer);
    pending_.reset();
    return answer;
  }

 private:
  struct look_up_state {
    resolved answer{};
    std::atomic<bool> done{false};
  };

  static void run(look_up_state& question, const host_port& where) noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the program's signals are the program's
    try {
      question.answer = look_up(where, AI_ADDRCONFIG | AI_NUMERICSERV);
    } catch (...) {  // out of memory
      question.answer = {};
    }
    question.done.store(true, std::memory_order_release);
  }

  std::shared_ptr<look_up_state> pending_;
  bool numeric_ = false;
};

}  // namespace sonde::transport
