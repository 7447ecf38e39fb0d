// SPDX-License-Identifier: MIT
#pragma once

// cpp-httplib's requests and responses as http/request.hpp wants them.

#include <string>
#include <string_view>

#include <httplib.h>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/integrations/http/request.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace httplib {

class request_view {
 public:
  explicit request_view(const ::httplib::Request& read) noexcept : read_{&read} {}

  [[nodiscard]] std::string_view method() const noexcept { return read_->method; }
  [[nodiscard]] std::string_view target() const noexcept { return read_->target; }
  [[nodiscard]] std::string_view scheme() const noexcept {
    return [](const auto& request) {  // a template, since the library may have been configured without TLS
      if constexpr (requires { request.ssl; })
        return request.ssl != nullptr ? "https" : "http";
      else
        return "http";
    }(*read_);
  }
  [[nodiscard]] std::string_view protocol_version() const noexcept {
    const std::string_view version = read_->version;
    return version.starts_with("HTTP/") ? version.substr(5) : std::string_view{};
  }
  [[nodiscard]] http::endpoint peer() const noexcept { return {read_->remote_addr, read_->remote_port}; }
  [[nodiscard]] field_lines header(std::string_view name) const noexcept {
    return http::lines_of(read_->headers, name);
  }
  [[nodiscard]] const ::httplib::Headers& headers() const noexcept { return read_->headers; }

 private:
  const ::httplib::Request* read_;
};
static_assert(http::server_request<request_view>);

class answer_view {
 public:
  explicit answer_view(const ::httplib::Response& answer) noexcept : answer_{&answer} {}

  [[nodiscard]] int status() const noexcept { return answer_->status; }
  [[nodiscard]] field_lines header(std::string_view name) const noexcept {
    return http::lines_of(answer_->headers, name);
  }

 private:
  const ::httplib::Response* answer_;
};
static_assert(http::sent_response<answer_view>);

class response_view : public answer_view {
 public:
  explicit response_view(::httplib::Response& answer) noexcept : answer_view{answer}, answer_{&answer} {}

  void set_header(std::string_view name, std::string_view value) const {
    answer_->set_header(std::string{name}, std::string{value});
  }

 private:
  ::httplib::Response* answer_;
};
static_assert(http::server_response<response_view>);

}  // namespace httplib
}  // namespace SONDE_ABI
}  // namespace sonde
