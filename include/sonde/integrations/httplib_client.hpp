// SPDX-License-Identifier: MIT
#pragma once

// cpp-httplib's client with a span around every request, whose trace goes out with it: `sonde::httplib::client` in
// place of `httplib::Client`. From version 0.11 on.

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <httplib.h>

#include <sonde/config.hpp>
#include <sonde/integrations/http/client_span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace httplib {

template <class Wanted, class... Arguments>
inline constexpr bool begin_with = false;
template <class Wanted, class First, class... Rest>
inline constexpr bool begin_with<Wanted, First, Rest...> = std::same_as<std::remove_cvref_t<First>, Wanted>;

/// The library's verbs with all their arguments. Redirects, and what else the library sends for one call, belong to one
/// span.
class live_client : public ::httplib::Client {
  using library = ::httplib::Client;
  using headers = ::httplib::Headers;
  using result = ::httplib::Result;

 public:
  /// `origin`: `http://users.internal:8080`; without a scheme it is http.
  template <class... Certificate>
    requires std::constructible_from<library, std::string, Certificate...>
  explicit live_client(const std::string& origin, const Certificate&... files)
      : library{origin, files...}, origin_{origin.find("://") == std::string::npos ? "http://" + origin : origin} {}
  template <class... Certificate>
  live_client(const std::string& host, int port, const Certificate&... files)
      : library{host, port, files...},
        origin_{"http://" + (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' +
                std::to_string(port)} {}

  template <class... Rest>
  result Get(const std::string& path, const headers& given, Rest&&... rest) {
    return traced("GET", path, given,
                  [&](const headers& sent) { return library::Get(path, sent, std::forward<Rest>(rest)...); });
  }
  template <std::same_as<::httplib::Params> Query, class... Rest>  // deduced, so that braces are headers
  result Get(const std::string& path, const Query& query, const headers& given = {}, Rest&&... rest) {
    return traced("GET", path, given,
                  [&](const headers& sent) { return library::Get(path, query, sent, std::forward<Rest>(rest)...); });
  }
  result Head(const std::string& path, const headers& given = {}) {
    return traced("HEAD", path, given, [&](const headers& sent) { return library::Head(path, sent); });
  }
  template <class... Rest>
  result Post(const std::string& path, const headers& given, Rest&&... rest) {
    return traced("POST", path, given, [&](const headers& sent) {
      if constexpr (sizeof...(Rest) == 0)
        return library::Post(path, sent, std::string{}, std::string{});
      else
        return library::Post(path, sent, std::forward<Rest>(rest)...);
    });
  }
  template <class... Rest>
  result Put(const std::string& path, const headers& given, Rest&&... rest) {
    return traced("PUT", path, given, [&](const headers& sent) {
      if constexpr (sizeof...(Rest) == 0)
        return library::Put(path, sent, std::string{}, std::string{});
      else
        return library::Put(path, sent, std::forward<Rest>(rest)...);
    });
  }
  template <class... Rest>
  result Patch(const std::string& path, const headers& given, Rest&&... rest) {
    return traced("PATCH", path, given, [&](const headers& sent) {
      if constexpr (sizeof...(Rest) == 0)
        return library::Patch(path, sent, std::string{}, std::string{});
      else
        return library::Patch(path, sent, std::forward<Rest>(rest)...);
    });
  }
  template <class... Rest>
  result Delete(const std::string& path, const headers& given, Rest&&... rest) {
    return traced("DELETE", path, given,
                  [&](const headers& sent) { return library::Delete(path, sent, std::forward<Rest>(rest)...); });
  }
  result Options(const std::string& path, const headers& given = {}) {
    return traced("OPTIONS", path, given, [&](const headers& sent) { return library::Options(path, sent); });
  }
  result send(const ::httplib::Request& request) {
    return traced(request.method, request.path, request.headers, [&](const headers& sent) {
      ::httplib::Request copy = request;
      copy.headers = sent;
      return library::send(copy);
    });
  }
  bool send(::httplib::Request& request, ::httplib::Response& response, ::httplib::Error& error) {
    headers own;
    own.swap(request.headers);
    const giving_back after{request.headers, own};
    return traced(
        request.method, request.path, own,
        [&](const headers& sent) {
          request.headers = sent;
          return library::send(request, response, error);
        },
        [&](bool sent) { return answer{sent ? &response : nullptr, error}; });
  }

  // The same without headers.
  template <class... Rest>
    requires(!begin_with<headers, Rest...> && !begin_with<::httplib::Params, Rest...>)
  result Get(const std::string& path, Rest&&... rest) {
    return Get(path, headers{}, std::forward<Rest>(rest)...);
  }
  template <class... Rest>
    requires(!begin_with<headers, Rest...>)
  result Post(const std::string& path, Rest&&... rest) {
    return Post(path, headers{}, std::forward<Rest>(rest)...);
  }
  template <class... Rest>
    requires(!begin_with<headers, Rest...>)
  result Put(const std::string& path, Rest&&... rest) {
    return Put(path, headers{}, std::forward<Rest>(rest)...);
  }
  template <class... Rest>
    requires(!begin_with<headers, Rest...>)
  result Patch(const std::string& path, Rest&&... rest) {
    return Patch(path, headers{}, std::forward<Rest>(rest)...);
  }
  template <class... Rest>
    requires(!begin_with<headers, Rest...>)
  result Delete(const std::string& path, Rest&&... rest) {
    return Delete(path, headers{}, std::forward<Rest>(rest)...);
  }

 private:
  struct giving_back {
    headers& to;
    headers& from;
    ~giving_back() { to.swap(from); }
  };
  struct answer {
    const ::httplib::Response* response;  // null where there is none
    ::httplib::Error error;
  };
  [[nodiscard]] static answer answer_in(const result& made) { return {made ? &*made : nullptr, made.error()}; }

  template <class Call, class AnswerIn = answer (*)(const result&)>
  std::invoke_result_t<Call&, const headers&> traced(std::string_view method, const std::string& path, const headers& given,
                                                     Call call, AnswerIn answer_of = answer_in) {
    http::live_client_span span{here<>{}};
    headers changed;
    const headers* sent = &given;
    try {
      if (span.is_recording()) {
        span.set_method(method);
        span.set_url(origin_ + path);
      }
      changed = given;
      span.inject(changed);
      sent = &changed;
    } catch (...) {  // out of memory: the request goes as it was given
    }
    span.begin_attempt();
    try {
      auto made = call(*sent);
      describe(span, answer_of(made));
      return made;
    } catch (...) {
      span.fail_with_handled_exception();
      throw;
    }
  }
  static void describe(http::live_client_span& span, const answer& found) noexcept {
    if (found.response != nullptr) return span.set_status(found.response->status);
    if (found.error == ::httplib::Error::Canceled) return span.cancel();
    try {
      span.fail(::httplib::to_string(found.error), "");
    } catch (...) {  // out of memory: an error it is all the same
    }
  }

  std::string origin_;
};

using client = std::conditional_t<enabled, live_client, ::httplib::Client>;

}  // namespace httplib
}  // namespace SONDE_ABI
}  // namespace sonde
