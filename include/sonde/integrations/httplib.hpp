// SPDX-License-Identifier: MIT
#pragma once

// cpp-httplib's server with a span around every request: `sonde::httplib::server` in place of `httplib::Server`. From
// version 0.11 on. Routes, handlers and the logger must be set through this type, not a reference to the library's.

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <httplib.h>

#include <sonde/integrations/http/request.hpp>
#include <sonde/integrations/http/server_config.hpp>
#include <sonde/integrations/httplib/message.hpp>
#include <sonde/integrations/httplib/open_request.hpp>
#include <sonde/integrations/httplib/routes.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace httplib {

/// The first hook is the one before routing, the last the logger. For a request that cannot even be read the error
/// handler or the logger is the first.
template <class Server>
class live_server : public routes<live_server<Server>, Server> {
  using base = routes<live_server<Server>, Server>;
  using request = ::httplib::Request;
  using response = ::httplib::Response;

 public:
  using typename Server::HandlerResponse;
  using typename Server::HandlerWithResponse;

  template <class... Arguments>
    requires std::is_constructible_v<Server, Arguments...>
  explicit live_server(Arguments&&... arguments)
      : live_server{http::server_config{}, std::forward<Arguments>(arguments)...} {}
  template <class... Arguments>
  explicit live_server(http::server_config config, Arguments&&... arguments)
      : base{std::forward<Arguments>(arguments)...}, config_{std::move(config)} {
    Server::set_pre_routing_handler([this](const request& q, response& a) { return before_routing(q, a); });
    Server::set_logger([this](const request& q, const response& a) { after_response(q, a); });
  }

  live_server& set_pre_routing_handler(HandlerWithResponse handler) {
    pre_routing_ = std::move(handler);
    return *this;
  }
  live_server& set_logger(::httplib::Logger logger) {
    logger_ = std::move(logger);
    return *this;
  }
  template <class Handle>
  live_server& set_error_handler(Handle handle) {
    using result = std::invoke_result_t<Handle&, const request&, response&>;
    using function = std::conditional_t<std::is_void_v<result>, typename Server::Handler, HandlerWithResponse>;
    Server::set_error_handler(function{[this, handle = std::move(handle)](const request& asked, response& answer) {
      open_request::of(asked, config_, response_view{answer});
      return handle(asked, answer);
    }});
    return *this;
  }

 private:
  friend base;

  /// What is registered for a route in place of the user's handler.
  template <class Handle>
  [[nodiscard]] auto around(std::string route, Handle handle) {
    return [this, route = std::move(route), handle = std::move(handle)](const request& asked, response& answer,
                                                                        const auto&... body) {
      open_request::of(asked, config_, response_view{answer}).span().set_route(route);
      reporting(asked, [&] { handle(asked, answer, body...); });
    };
  }
  template <class Call>
  static decltype(auto) reporting(const request& asked, Call call) {
    try {
      return call();
    } catch (...) {
      if (open_request* const open = open_request::find(asked)) open->span().fail();
      throw;
    }
  }

  HandlerResponse before_routing(const request& asked, response& answer) {
    if (!becomes_web_socket<Server>(asked)) open_request::of(asked, config_, response_view{answer});
    if (!pre_routing_) return HandlerResponse::Unhandled;
    return reporting(asked, [&] { return pre_routing_(asked, answer); });
  }
  void after_response(const request& asked, const response& answer) {
    const struct closer {
      ~closer() { open_request::close(); }
    } at_the_end;
    http::live_server_span& span = open_request::of(asked, config_).span();
    if (!span.has_route()) span.set_route(matched_route(asked));
    span.finish(answer_view{answer}, config_);
    if (logger_) logger_(asked, answer);
  }
  /// Those of newer versions never come to the last hook.
  template <class Library>
  [[nodiscard]] static bool becomes_web_socket(const request& asked) noexcept {
    if constexpr (requires { typename Library::WebSocketHandler; })
      return environment::same_ignoring_case(http::first_of(http::lines_of(asked.headers, "upgrade")), "websocket");
    else
      return false;
  }
  /// Newer versions tell it, also of routes registered with the library itself.
  template <class Request>
  [[nodiscard]] static std::string_view matched_route(const Request& asked) noexcept {
    if constexpr (requires { asked.matched_route; })
      return asked.matched_route;
    else
      return {};
  }

  http::server_config config_;
  HandlerWithResponse pre_routing_;
  ::httplib::Logger logger_;
};

template <class Server>
class idle_server : public routes<idle_server<Server>, Server> {
  using base = routes<idle_server<Server>, Server>;

 public:
  template <class... Arguments>
    requires std::is_constructible_v<Server, Arguments...>
  explicit idle_server(Arguments&&... arguments) : base{std::forward<Arguments>(arguments)...} {}
  template <class... Arguments>
  explicit idle_server(const http::server_config&, Arguments&&... arguments)
      : base{std::forward<Arguments>(arguments)...} {}

 private:
  friend base;
  template <class Handle>
  [[nodiscard]] static Handle around(const std::string&, Handle handle) {
    return handle;
  }
};

/// Any server of the library, such as httplib::SSLServer. Its constructor's arguments stand alone, or follow a
/// server_config.
template <class Server>
using basic_server = std::conditional_t<enabled, live_server<Server>, idle_server<Server>>;
using server = basic_server<::httplib::Server>;

}  // namespace httplib
}  // namespace SONDE_ABI
}  // namespace sonde
