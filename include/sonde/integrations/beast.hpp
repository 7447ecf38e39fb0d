// SPDX-License-Identifier: MIT
#pragma once

// Boost.Beast's requests and responses as http/request.hpp wants them, and `serve` around the code that answers one.
// Beast has no server of its own: the loop that reads and writes stays yours.

#include <cstddef>
#include <string_view>
#include <utility>

#include <boost/beast/http/message.hpp>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/integrations/http/request.hpp>
#include <sonde/integrations/http/server_config.hpp>
#include <sonde/integrations/http/server_span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace beast {

/// Whatever string_view this version of Boost has.
[[nodiscard]] constexpr std::string_view standard(const auto& text) noexcept { return {text.data(), text.size()}; }

/// Beast's fields as pairs of views.
template <class Fields>
class field_pairs {
 public:
  class iterator {
   public:
    explicit iterator(typename Fields::const_iterator at) noexcept : at_{at} {}
    [[nodiscard]] std::pair<std::string_view, std::string_view> operator*() const noexcept {
      return {standard(at_->name_string()), standard(at_->value())};
    }
    iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    typename Fields::const_iterator at_;
  };

  explicit field_pairs(const Fields& read) noexcept : read_{&read} {}
  [[nodiscard]] iterator begin() const noexcept { return iterator{read_->begin()}; }
  [[nodiscard]] iterator end() const noexcept { return iterator{read_->end()}; }

 private:
  const Fields* read_;
};

/// What a message does not know of the connection that it came over.
struct connection {
  http::endpoint peer{};
  std::string_view scheme = "http";
};

template <class Body, class Fields>
class request_view {
 public:
  request_view(const boost::beast::http::request<Body, Fields>& read, const connection& over) noexcept
      : read_{&read}, over_{over} {}

  [[nodiscard]] std::string_view method() const noexcept { return standard(read_->method_string()); }
  [[nodiscard]] std::string_view target() const noexcept { return standard(read_->target()); }
  [[nodiscard]] std::string_view scheme() const noexcept { return over_.scheme; }
  [[nodiscard]] std::string_view protocol_version() const noexcept { return read_->version() == 10 ? "1.0" : "1.1"; }
  [[nodiscard]] http::endpoint peer() const noexcept { return over_.peer; }
  [[nodiscard]] field_lines header(std::string_view name) const noexcept { return http::lines_of(headers(), name); }
  [[nodiscard]] field_pairs<Fields> headers() const noexcept { return field_pairs<Fields>{*read_}; }

 private:
  const boost::beast::http::request<Body, Fields>* read_;
  connection over_;
};

template <class Body, class Fields>
class response_view {
 public:
  explicit response_view(boost::beast::http::response<Body, Fields>& answer) noexcept : answer_{&answer} {}

  [[nodiscard]] int status() const noexcept { return static_cast<int>(answer_->result_int()); }
  [[nodiscard]] field_lines header(std::string_view name) const noexcept {
    return http::lines_of(field_pairs<Fields>{*answer_}, name);
  }
  void set_header(std::string_view name, std::string_view value) const { answer_->set(name, value); }

 private:
  boost::beast::http::response<Body, Fields>* answer_;
};

/// Calls `handle(span)`, which fills `response`, inside the request's span; `span.set_route("/users/:id")` names it.
/// What it throws is reported, and goes on.
template <class RequestBody, class RequestFields, class ResponseBody, class ResponseFields, class Handle>
void serve(const boost::beast::http::request<RequestBody, RequestFields>& request,
           boost::beast::http::response<ResponseBody, ResponseFields>& response, const connection& over,
           const http::server_config& config, Handle&& handle, here<> at = here<>::captured()) {
  const request_view<RequestBody, RequestFields> asked{request, over};
  response_view<ResponseBody, ResponseFields> answer{response};
  http::serve(asked, answer, config, std::forward<Handle>(handle), at);
}

}  // namespace beast
}  // namespace SONDE_ABI
}  // namespace sonde
