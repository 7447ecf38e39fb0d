// SPDX-License-Identifier: MIT
#pragma once

// The span of one request that is made, with whatever client: name, URL, headers to send along, status, attempts.
// Source: OpenTelemetry semantic conventions, "HTTP spans", HTTP client.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <sonde/integrations/http/method.hpp>
#include <sonde/integrations/http/outcome.hpp>
#include <sonde/integrations/http/redaction.hpp>
#include <sonde/integrations/http/url_parts.hpp>
#include <sonde/propagation.hpp>
#include <sonde/semconv/error.hpp>
#include <sonde/semconv/http.hpp>
#include <sonde/semconv/network.hpp>
#include <sonde/semconv/server.hpp>
#include <sonde/semconv/url.hpp>
#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// The thread's current span while it lives. One span for all attempts at one request, each repeated one an event.
class live_client_span {
 public:
  explicit live_client_span(here<> at = here<>::captured()) noexcept : span_{kind::client, at} {}
  live_client_span(const live_client_span&) = delete;
  live_client_span& operator=(const live_client_span&) = delete;
  ~live_client_span() {
    if (attempts_ == 0) return;
    const bool unanswered = outcome_.status == 0 && !outcome_.cancelled && !answered_;
    outcome_.put(span_, !outcome_.error_type.empty() || unanswered || outcome_.status >= 400);
  }

  [[nodiscard]] bool is_recording() const noexcept { return span_.is_recording(); }

  /// May be said late, where a client tells only afterwards.
  void set_method(std::string_view method) noexcept {
    if (is_known_method(method)) {
      span_.set_attribute<semconv::http::request_method>(method);
      span_.update_name(method);
    } else {
      span_.set_attribute<semconv::http::request_method>(semconv::http::request_method_values::other);
      span_.set_attribute<semconv::http::request_method_original>(method);
    }
  }
  /// The absolute URL that is asked for. Userinfo and secret parameters are not recorded.
  void set_url(std::string_view url) noexcept {
    if (!is_recording()) return;
    const url_parts parts = split_client_url(url);
    const authority_parts server = split_authority(parts.authority);
    span_.set_attribute<semconv::url::full>([&] { return shown_url(parts); });
    if (!server.host.empty()) span_.set_attribute<semconv::server::address>(server.host);
    if (const int port = server.port != 0 ? server.port : default_port(parts.scheme); port != 0)
      span_.set_attribute<semconv::server::port>(port);
  }
  /// Writes the headers that make this span the parent of what the request causes.
  template <propagation::writable_carrier Headers>
  void inject(Headers& headers) const noexcept {
    sonde::inject(headers, span_.context());
  }

  /// Before each attempt.
  void begin_attempt() noexcept {
    if (attempts_++ == 0 || !is_recording()) return;
    try {
      span_.add_event<"http.request.resend">(attr<semconv::http::request_resend_count>(attempts_ - 1),
                                             attr<semconv::error::type>(last_error()));
    } catch (...) {  // out of memory: the count has to do
    }
    span_.set_attribute<semconv::http::request_resend_count>(attempts_ - 1);
    outcome_ = {};
    answered_ = false;
  }
  void set_status(int status) noexcept { outcome_.status = status; }
  /// It went well in a protocol that has no status: no response is not the same as none needed.
  void set_answered() noexcept { answered_ = true; }
  /// `type`: one of few. `description`: for people, without values of the request.
  void fail(std::string_view type, std::string_view description) noexcept { outcome_.fail(type, description); }
  void cancel() noexcept { outcome_.cancelled = true; }
  void set_protocol_version(std::string_view version) noexcept {
    span_.set_attribute<semconv::network::protocol_version>(version);
  }
  void set_peer(std::string_view address, int port) noexcept {
    span_.set_attribute<semconv::network::peer_address>(address);
    if (port > 0) span_.set_attribute<semconv::network::peer_port>(port);
  }
  /// In the handler of an exception that goes on.
  void fail_with_handled_exception() noexcept {
    span_.fail_with_handled_exception();
    outcome_.take_handled_exception();
  }

 private:
  /// Of the attempt before this one; nothing where that went well (a redirect, an authorisation).
  [[nodiscard]] std::optional<std::string> last_error() const {
    if (!outcome_.error_type.empty()) return outcome_.error_type;
    if (outcome_.status >= 400) return std::to_string(outcome_.status);
    return std::nullopt;
  }

  int attempts_ = 0;
  bool answered_ = false;
  outcome outcome_;
  span_forms<true>::span<instrumentation_scope<"sonde.http.client", "">, "HTTP"> span_;
};

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
