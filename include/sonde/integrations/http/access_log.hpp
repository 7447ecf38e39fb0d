// SPDX-License-Identifier: MIT
#pragma once

// The line of a server's access log for one request: `192.0.2.7 GET https /api/activities/home?page=2 200`. Used by the
// server's span, which writes it while it is still open, so that the line has its ids.

#include <optional>
#include <string>
#include <string_view>

#include <sonde/config.hpp>
#include <sonde/encoding/decimal.hpp>
#include <sonde/integrations/http/forwarded.hpp>
#include <sonde/integrations/http/outcome.hpp>
#include <sonde/integrations/http/redaction.hpp>
#include <sonde/integrations/http/request.hpp>
#include <sonde/integrations/http/url_parts.hpp>
#include <sonde/log/write.hpp>
#include <sonde/semconv/client.hpp>
#include <sonde/semconv/error.hpp>
#include <sonde/semconv/http.hpp>
#include <sonde/semconv/url.hpp>
#include <sonde/semconv/user_agent.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// Appends `text` so that it stays within its line and its column: what is no graphic character of ASCII, and no part
/// of UTF-8, as `\x0A`.
inline void append_in_line(std::string& into, std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F)
      into += c;
    else
      ((into += "\\x") += digits[byte >> 4]) += digits[byte & 15];
  }
}

/// Borrowed from the request, which must outlive it.
class access_line {
 public:
  /// `method`: as the span has it, empty for one that is made up.
  template <server_request Request>
  access_line(const Request& request, const forwarded& origin, std::string_view method) noexcept
      : client_{origin.client},
        scheme_{origin.scheme},
        method_{method},
        sent_method_{request.method()},
        target_{split_url(request.target())},
        user_agent_{first_of(request.header("user-agent"))} {}

  /// Of the span, once it is known.
  void set_route(std::string_view route) noexcept {
    try {
      route_ = route;
    } catch (...) {  // out of memory: the span has it
    }
  }

  /// An error where the server is at fault, as with the span's status; else information, whatever the client did wrong.
  void write(const outcome& ended, bool failed) const noexcept {
    const level severity = failed ? level::error : level::info;
    if (severity < min_level) return;
    try {
      const auto said = [](std::string_view text) { return text.empty() ? std::nullopt : std::optional{text}; };
      char digits[encoding::max_integer_size];
      const auto size = static_cast<std::size_t>(encoding::put_integer(digits, ended.status) - digits);
      const std::string_view status = ended.status > 0 ? std::string_view{digits, size} : "-";
      const std::string_view what = ended.error_type.empty() ? status : std::string_view{ended.error_type};
      const std::string query = target_.has_query ? shown_query(target_.query) : std::string{};
      std::string text;
      for (const std::string_view column : {client_, sent_method_, scheme_}) {
        append_in_line(text, column.empty() ? "-" : column);
        text += ' ';
      }
      append_in_line(text, target_.path);
      if (target_.has_query) append_in_line(text += '?', query);
      (text += ' ') += status;

      sonde::log::write(
          severity, text, attr<semconv::client::address>(said(client_)),
          attr<semconv::http::request_method>(method_.empty() ? semconv::http::request_method_values::other : method_),
          attr<semconv::http::request_method_original>(method_.empty() ? said(sent_method_) : std::nullopt),
          attr<semconv::url::scheme>(said(scheme_)), attr<semconv::url::path>(target_.path),
          attr<semconv::url::query>(said(query)), attr<semconv::http::route>(said(route_)),
          attr<semconv::http::response_status_code>(ended.status > 0 ? std::optional{ended.status} : std::nullopt),
          attr<semconv::error::type>(failed ? said(what) : std::nullopt),
          attr<semconv::user_agent::original>(said(user_agent_)));
    } catch (...) {  // out of memory
      sonde::log::write(severity, target_.path);
    }
  }

 private:
  std::string_view client_;
  std::string_view scheme_;
  std::string_view method_;
  std::string_view sent_method_;
  url_parts target_;
  std::string_view user_agent_;
  std::string route_{};
};

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
