// SPDX-License-Identifier: MIT
#pragma once

// Which requests libcurl signs for AWS as AWS reads them: no header without a value, no encoded path, no query. The
// others are refused here with a sentence, where AWS would only say that the signature does not match. Used by
// exchange.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/environment/key_values.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::transport {

/// Whether `text` is made of characters that no step of signing encodes, or of those in `besides`.
[[nodiscard]] constexpr bool is_signed_as_it_is(std::string_view text, std::string_view besides = {}) noexcept {
  for (const char c : text) {
    const char letter = environment::upper(c);
    const bool unreserved = (letter >= 'A' && letter <= 'Z') || (c >= '0' && c <= '9') ||
                            std::string_view{"-._~"}.find(c) != std::string_view::npos;
    if (!unreserved && besides.find(c) == std::string_view::npos) return false;
  }
  return true;
}

/// Why `sent`, which goes to `target`, cannot be signed; empty if it can. Says names of headers, never values.
/// Source: AWS, "Create a signed AWS API request"; lib/http_aws_sigv4.c of curl 7.88.1, which signs every header it is
/// given, sorts them with their colons, and neither sorts a query nor encodes a path.
[[nodiscard]] inline std::string why_not_signable(const request& sent, const url& target) {
  using environment::same_ignoring_case;
  const aws_signature& by = *sent.signature;
  constexpr std::size_t longest_name = 64;  // libcurl cuts a longer one short
  for (const std::string& name : {by.region, by.service})
    if (name.empty() || name.size() > longest_name || !is_signed_as_it_is(name))
      return "'" + name + "' is no AWS region or service";
  if (by.access_key_id.empty() || by.secret_access_key.empty()) return "there are no AWS credentials to sign with";
  if (!is_signed_as_it_is(by.access_key_id) || !environment::is_header_value(by.session_token))
    return "the AWS credentials have a character that no header may have";
  if (!is_signed_as_it_is(target.path, "/") || target.path.find("//") != std::string::npos || !target.query.empty() ||
      !target.userinfo.empty())
    return "a URL with a user, a query or an encoded path cannot be signed for AWS";

  const auto given_by_signing = [&](std::string_view name) {
    return same_ignoring_case(name, "Authorization") || same_ignoring_case(name, "Date") ||
           same_ignoring_case(name, "X-Amz-Date") ||
           (same_ignoring_case(name, "X-Amz-Security-Token") && !by.session_token.empty());
  };
  for (const auto& [name, value] : sent.headers) {
    if (given_by_signing(name)) return "the header '" + name + "' is the AWS signature's own";
    if (environment::trimmed(value).empty())
      return "the header '" + name + "' is empty, and so cannot be signed for AWS";
    for (const auto& [other, unused] : sent.headers) {
      if (&other == &name || !same_ignoring_case(std::string_view{other}.substr(0, name.size()), name)) continue;
      if (other.size() == name.size())
        return "the header '" + name + "' is there twice, and so cannot be signed for AWS";
      if (other[name.size()] < ':')
        return "the headers '" + name + "' and '" + other + "' cannot be signed for AWS together";
    }
  }
  return {};
}

}  // namespace sonde::transport
