// SPDX-License-Identifier: MIT
#pragma once

// What the server's span wants to know of a request and of its response. Each framework has a page of code that answers
// this from its own types (integrations/httplib.hpp, integrations/beast.hpp); nothing else here knows a framework.

#include <concepts>
#include <cstddef>
#include <string_view>

#include <sonde/config.hpp>
#include <sonde/context/propagated_fields.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

/// One end of a connection. Port 0: not known.
struct endpoint {
  std::string_view address;
  int port = 0;
};

template <class T>
concept server_request = requires(const T& request, std::string_view name) {
  { request.method() } -> std::convertible_to<std::string_view>;            // as it was sent
  { request.target() } -> std::convertible_to<std::string_view>;            // as it was sent: `/a?b=c`
  { request.scheme() } -> std::convertible_to<std::string_view>;            // `http` or `https`
  { request.protocol_version() } -> std::convertible_to<std::string_view>;  // `1.1`, `2`; empty: not known
  { request.peer() } -> std::convertible_to<endpoint>;                      // the other end of the connection
  { request.header(name) } -> std::same_as<field_lines>;                    // in any case of letters
  request.headers();                                                        // what sonde::extract reads
};

/// A response that is on its way.
template <class T>
concept sent_response = requires(const T& response, std::string_view name) {
  { response.status() } -> std::convertible_to<int>;
  { response.header(name) } -> std::same_as<field_lines>;
};
/// One that can still be changed.
template <class T>
concept server_response =
    sent_response<T> && requires(T& response, std::string_view text) { response.set_header(text, text); };

/// `header(name)` for headers that are a range of pairs.
template <class Headers>
[[nodiscard]] field_lines lines_of(const Headers& headers, std::string_view name) noexcept {
  field_lines found;
  for (const auto& [key, value] : headers)
    if (environment::same_ignoring_case(key, name) && !found.add({value.data(), value.size()})) break;
  return found;
}

[[nodiscard]] constexpr std::string_view first_of(const field_lines& lines) noexcept {
  return lines.empty() ? std::string_view{} : std::string_view{lines.line[0].data, lines.line[0].size};
}

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
