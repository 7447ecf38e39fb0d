// SPDX-License-Identifier: MIT
#pragma once

// The request that a thread of cpp-httplib's server is answering, and its span. The library has no single place around
// a request, only hooks, all of them called on the thread that answers it.

#include <optional>

#include <httplib.h>

#include <sonde/integrations/http/server_config.hpp>
#include <sonde/integrations/http/server_span.hpp>
#include <sonde/integrations/httplib/message.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace httplib {

class open_request {
 public:
  open_request(const ::httplib::Request& request, const http::server_config& config, response_view answer)
      : request_{&request}, port_{request.remote_port}, read_{request}, span_{read_, answer, config, here<>{}} {}
  /// For a response that can no longer be changed.
  open_request(const ::httplib::Request& request, const http::server_config& config)
      : request_{&request}, port_{request.remote_port}, read_{request}, span_{read_, config, here<>{}} {}

  [[nodiscard]] http::live_server_span& span() noexcept { return span_; }

  /// This one's, opened by the first hook that is called for it. What another request left open, because its last hook
  /// was never called, ends here.
  template <class... Answer>
  static open_request& of(const ::httplib::Request& request, const http::server_config& config, Answer... answer) {
    if (open_request* const found = find(request)) return *found;
    of_this_thread().reset();
    return of_this_thread().emplace(request, config, answer...);
  }
  /// Null where none is open for it.
  [[nodiscard]] static open_request* find(const ::httplib::Request& request) noexcept {
    std::optional<open_request>& open = of_this_thread();
    return open && open->request_ == &request && open->port_ == request.remote_port ? &*open : nullptr;
  }
  static void close() noexcept { of_this_thread().reset(); }

 private:
  static std::optional<open_request>& of_this_thread() noexcept {
    thread_local std::optional<open_request> open;
    return open;
  }

  const ::httplib::Request* request_;  // only compared: it may be gone, and another one at its place
  int port_;                           // tells connections apart
  request_view read_;
  http::live_server_span span_;
};

}  // namespace httplib
}  // namespace SONDE_ABI
}  // namespace sonde
