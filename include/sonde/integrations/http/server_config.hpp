// SPDX-License-Identifier: MIT
#pragma once

// What a user may set for an instrumented server, whatever framework it is made with.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/integrations/http/redaction.hpp>
#include <sonde/integrations/http/request.hpp>
#include <sonde/semconv/http.hpp>
#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

using server_span_type = span_forms<true>::span<instrumentation_scope<"sonde.http.server", "">, "HTTP">;

/// A header to record, its keys made when the program is compiled.
struct captured_header {
  std::string_view name;
  void (*put_request)(server_span_type&, const field_lines&) noexcept;
  void (*put_response)(server_span_type&, const field_lines&) noexcept;
};

struct header_list {
  const captured_header* first = nullptr;
  std::size_t count = 0;

  [[nodiscard]] const captured_header* begin() const noexcept { return first; }
  [[nodiscard]] const captured_header* end() const noexcept { return first + count; }
};

template <std::size_t N>
[[nodiscard]] consteval meta::fixed_string<N> in_lower_case(meta::fixed_string<N> name) {
  for (char& c : name.value)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}
template <meta::fixed_string Name>
inline constexpr auto lowered = in_lower_case(Name);

template <meta::fixed_string Prefix, meta::fixed_string Name>
void put_header([[maybe_unused]] server_span_type& span, const field_lines& lines) noexcept {
  constexpr bool secret = is_secret_header({Name.data(), Name.size()});
  if (lines.empty()) return;
  span.template set_attribute<Prefix + lowered<Name>>([&] {
    std::vector<std::string_view> shown;
    for (const meta::text line : lines) shown.push_back(secret ? redacted : std::string_view{line.data, line.size});
    return shown;
  });
}

template <meta::fixed_string Name>
inline constexpr captured_header captured{
    {lowered<Name>.data(), lowered<Name>.size()},
    put_header<semconv::http::request_header + meta::fixed_string{"."}, Name>,
    put_header<semconv::http::response_header + meta::fixed_string{"."}, Name>};

template <meta::fixed_string... Names>
inline constexpr captured_header captured_list[] = {captured<Names>...};

/// `{.request_headers = sonde::http::headers<"accept", "x-request-id">}`. Of one that carries a credential only that it
/// was there is recorded.
template <meta::fixed_string... Names>
inline constexpr header_list headers{captured_list<Names...>, sizeof...(Names)};

struct server_config {
  std::vector<std::string> excluded_routes{};  // paths for which nothing is recorded: `/health`; `/internal/*`
  header_list request_headers{};               // to record; none by default
  header_list response_headers{};
  std::vector<std::string> known_methods{};    // that may name a span, instead of those of RFC 9110, PATCH and QUERY
  bool trust_forwarded = false;                // client, scheme, host by (X-)Forwarded…: only behind a proxy
  bool access_log = false;                     // a log record for each request: client, method, scheme, path, status

  [[nodiscard]] bool excludes(std::string_view path) const noexcept {
    for (const std::string_view each : excluded_routes)
      if (each.ends_with('*') ? path.starts_with(each.substr(0, each.size() - 1)) : path == each) return true;
    return false;
  }
};

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
