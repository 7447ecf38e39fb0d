// SPDX-License-Identifier: MIT
#pragma once

// The span of one request that a server answers, whatever framework it is made with: parent, name, attributes, status.
// Source: OpenTelemetry semantic conventions, "HTTP spans", HTTP server.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sonde/context/entropy.hpp>
#include <sonde/context/request_facts.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/integrations/http/access_log.hpp>
#include <sonde/integrations/http/forwarded.hpp>
#include <sonde/integrations/http/method.hpp>
#include <sonde/integrations/http/outcome.hpp>
#include <sonde/integrations/http/redaction.hpp>
#include <sonde/integrations/http/request.hpp>
#include <sonde/integrations/http/server_config.hpp>
#include <sonde/integrations/http/url_parts.hpp>
#include <sonde/propagation.hpp>
#include <sonde/propagation/xray_header.hpp>
#include <sonde/semconv/client.hpp>
#include <sonde/semconv/http.hpp>
#include <sonde/semconv/network.hpp>
#include <sonde/semconv/server.hpp>
#include <sonde/semconv/url.hpp>
#include <sonde/semconv/user_agent.hpp>
#include <sonde/sonde.hpp>
#include <sonde/span/opening_request.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// What a request leaves that nothing is recorded for: its spans, and those of the services it calls, are not sampled.
[[nodiscard]] inline span_context unrecorded(const span_context& incoming) noexcept {
  thread_local context::id_source ids = context::seeded_id_source();
  const bool begins_here = !incoming.trace_id.valid();
  return {.trace_id = begins_here ? ids.next_trace_id() : incoming.trace_id,
          .span_id = incoming.span_id.valid() ? incoming.span_id : ids.next_span_id(),
          .random = begins_here || incoming.random};
}

/// Open, and the thread's current span, from its construction to its destruction. The request must outlive it.
class live_server_span {
 public:
  template <server_request Request, server_response Response>
  live_server_span(const Request& request, Response& response, const server_config& config,
                   here<> at = here<>::captured())
      : live_server_span{request, config, at} {
    if (incoming_.asks_for_decision && span_.context().valid()) answer(response);
  }
  /// For a response that can no longer be changed.
  template <server_request Request>
  live_server_span(const Request& request, const server_config& config, here<> at = here<>::captured())
      : incoming_{sonde::extract(request.headers())},
        travelling_{incoming_},
        method_{is_known_method(request.method(), config.known_methods) ? request.method() : std::string_view{}},
        excluded_{config.excludes(split_url(request.target()).path)},
        span_(opened(request, config, excluded_ ? unrecorded(incoming_) : incoming_.parent, at)) {
    const bool logged = config.access_log && !excluded_;
    if (!logged && !span_.is_recording()) return;
    const forwarded origin = origin_of(request, config.trust_forwarded);
    if (logged) access_.emplace(request, origin, method_);
    if (span_.is_recording()) describe(request, config, origin);
  }

  /// The pattern that the request's path matched: few, and known beforehand. Names the span.
  void set_route(std::string_view route) noexcept {
    if (route.empty()) return;
    if (access_) access_->set_route(route);
    if (!span_.is_recording()) return;
    span_.set_attribute<semconv::http::route>(route);
    try {
      std::string name{shown_method()};
      span_.update_name((name += ' ') += route);
    } catch (...) {  // out of memory: the attribute has to do
    }
    routed_ = true;
  }
  [[nodiscard]] bool has_route() const noexcept { return routed_; }

  /// In the handler of an exception that left the request's own: reports it.
  void fail() noexcept {
    if (excluded_) return;
    report_exception();
    outcome_.take_handled_exception();
  }

  /// What was answered. Where nothing was, because of an exception: without an argument.
  template <sent_response Response>
  void finish(const Response& response, const server_config& config) noexcept {
    if (span_.is_recording())
      for (const captured_header& each : config.response_headers) each.put_response(span_, response.header(each.name));
    outcome_.status = response.status();
    end(outcome_.status >= 500);
  }
  void finish() noexcept { end(true); }

 private:
  /// For the sampler to see: what the request says before its span is there.
  template <class Request>
  [[nodiscard]] static server_span_type opened(const Request& request, const server_config& config,
                                               const span_context& parent, here<> at) noexcept {
    const url_parts target = split_url(request.target());
    const std::string_view method = request.method();
    std::string_view host = config.trust_forwarded ? read_forwarded(request).host : std::string_view{};
    if (host.empty()) host = !target.authority.empty() ? target.authority : first_of(request.header("host"));
    const request_facts facts{
        {method.data(), method.size()}, {target.path.data(), target.path.size()}, {host.data(), host.size()}};
    const record::opening_request seen{facts};
    return server_span_type{kind::server, parent, at};
  }

  [[nodiscard]] std::string_view shown_method() const noexcept { return method_.empty() ? "HTTP" : method_; }

  void end(bool failed) noexcept {
    if (span_.is_recording()) outcome_.put(span_, failed);
    if (access_) access_->write(outcome_, failed);
  }

  /// Source: AWS X-Ray, "Tracing header": the response tells the decision that the request asked for.
  template <class Response>
  void answer(Response& response) const noexcept {
    try {
      const auto text = propagation::xray_answer(span_.context());
      response.set_header("X-Amzn-Trace-Id", std::string_view{text.data(), text.size()});
    } catch (...) {  // out of memory: no answer
    }
  }

  template <class Request>
  void describe(const Request& request, const server_config& config, const forwarded& origin) noexcept {
    const std::string_view sent = request.method();
    if (method_.empty()) {
      span_.set_attribute<semconv::http::request_method>(semconv::http::request_method_values::other);
      if (!sent.empty()) span_.set_attribute<semconv::http::request_method_original>(sent);
    } else {
      span_.update_name(method_);
      span_.set_attribute<semconv::http::request_method>(method_);
    }
    const url_parts target = split_url(request.target());
    span_.set_attribute<semconv::url::path>(target.path);
    if (target.has_query) span_.set_attribute<semconv::url::query>([&] { return shown_query(target.query); });

    span_.set_attribute<semconv::url::scheme>(origin.scheme);
    const std::string_view asked = !origin.host.empty()        ? origin.host
                                   : !target.authority.empty() ? target.authority
                                                               : first_of(request.header("host"));
    if (!asked.empty()) {
      const authority_parts server = split_authority(asked);
      span_.set_attribute<semconv::server::address>(server.host);
      if (const int port = server.port != 0 ? server.port : default_port(origin.scheme); port != 0)
        span_.set_attribute<semconv::server::port>(port);
    }
    const endpoint peer = request.peer();
    if (!origin.client.empty()) span_.set_attribute<semconv::client::address>(origin.client);
    if (!peer.address.empty()) span_.set_attribute<semconv::network::peer_address>(peer.address);
    if (peer.port > 0) span_.set_attribute<semconv::network::peer_port>(peer.port);
    if (const std::string_view version = request.protocol_version(); !version.empty())
      span_.set_attribute<semconv::network::protocol_version>(version);
    if (const field_lines agent = request.header("user-agent"); !agent.empty())
      span_.set_attribute<semconv::user_agent::original>(first_of(agent));
    for (const captured_header& each : config.request_headers) each.put_request(span_, request.header(each.name));
  }

  propagation::extracted incoming_;
  propagation_scope travelling_;
  std::string_view method_;  // empty: made up
  bool excluded_;
  bool routed_ = false;
  outcome outcome_;
  server_span_type span_;
  std::optional<access_line> access_{};
};

struct [[maybe_unused]] idle_server_span {
  template <class... Arguments>
  explicit constexpr idle_server_span(const Arguments&...) noexcept {}
  constexpr void set_route(std::string_view) const noexcept {}
  [[nodiscard]] constexpr bool has_route() const noexcept { return true; }
  constexpr void fail() const noexcept {}
  template <class... Arguments>
  constexpr void finish(const Arguments&...) const noexcept {}
};

using server_span = std::conditional_t<enabled, live_server_span, idle_server_span>;

/// Calls `handle(span)` inside the span of this request. What it throws is reported, and goes on.
template <server_request Request, server_response Response, class Handle>
void serve(const Request& request, Response& response, [[maybe_unused]] const server_config& config, Handle&& handle,
           [[maybe_unused]] here<> at = here<>::captured()) {
  if constexpr (enabled) {
    std::optional<live_server_span> span;
    span.emplace(request, response, config, at);
    try {
      std::forward<Handle>(handle)(*span);
    } catch (...) {
      span->fail();
      span->finish();
      span.reset();  // here, where the exception is known, not while it flies
      throw;
    }
    span->finish(response, config);
  } else {
    idle_server_span span;
    std::forward<Handle>(handle)(span);
  }
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
