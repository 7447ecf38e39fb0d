// SPDX-License-Identifier: MIT
#pragma once

// Parses `k=v,k2=v2`, the form of OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES. Used by the reader; adapters
// use it for lists given in code.

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::environment {

/// headers: names are HTTP tokens, values percent-decoded and free of line breaks; a bad member is skipped.
/// attributes: keys and values percent-decoded; one bad member discards the whole list.
/// Source: OTLP exporter configuration ("Specifying headers"); resource SDK ("via an environment variable").
enum class pair_kind : unsigned char { headers, attributes };

struct parsed_pairs {
  pairs members;                        // in order; a repeated key keeps its first place and its last value
  std::vector<std::string> complaints;  // one clause per bad member, to follow "NAME: "; secrets masked
};

/// What an HTTP header's name may consist of (RFC 9110, section 5.6.2).
[[nodiscard]] constexpr bool is_header_name(std::string_view name) noexcept {
  for (const char c : name) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (upper(c) >= 'A' && upper(c) <= 'Z');
    if (!alphanumeric && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) == std::string_view::npos) return false;
  }
  return !name.empty();
}

/// What an HTTP header's value may not contain: CR, LF and NUL would start a header of their own.
[[nodiscard]] constexpr bool is_header_value(std::string_view value) noexcept {
  return value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

/// One member's pair, or nothing and why in `complaint`.
[[nodiscard]] inline std::optional<std::pair<std::string, std::string>> parse_pair(std::string_view member,
                                                                                   pair_kind kind,
                                                                                   std::string& complaint) {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) {
    complaint = "has no '='";
    return std::nullopt;
  }
  const std::string_view key = trimmed(member.substr(0, equals));
  const std::string_view value = trimmed(member.substr(equals + 1));
  if (key.empty()) {
    complaint = "has no name before '='";
    return std::nullopt;
  }
  if (is_placeholder(value)) {
    complaint = "has the value '" + printable(value) + "', which the shell or compose file did not substitute";
    return std::nullopt;
  }
  const bool headers = kind == pair_kind::headers;
  if (headers && value.empty()) {
    complaint = "is empty: the shell or compose file had nothing to substitute";
    return std::nullopt;
  }
  std::optional<std::string> decoded_key = headers ? std::string{key} : percent_decoded(key);
  std::optional<std::string> decoded_value = percent_decoded(value);
  if (!decoded_key || !decoded_value)
    complaint = "has a '%' without two hex digits after it";
  else if (headers && !is_header_name(*decoded_key))
    complaint = "does not begin with the name of a header";
  else if (headers && !is_header_value(*decoded_value))
    complaint = "has a line break in its value";
  else
    return std::pair{std::move(*decoded_key), std::move(*decoded_value)};
  return std::nullopt;
}

/// Splits at commas, each member at its first '='; blanks around names and values go, empty members are ignored.
[[nodiscard]] inline parsed_pairs parse_key_values(std::string_view text, pair_kind kind) {
  const bool headers = kind == pair_kind::headers;
  parsed_pairs result;
  std::map<std::string, std::size_t> places;  // of keys, those of headers in one case
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t comma = text.find(',');
    const std::string_view member = trimmed(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (member.empty()) continue;
    std::string complaint;
    std::optional<std::pair<std::string, std::string>> pair = parse_pair(member, kind, complaint);
    if (!pair) {
      const std::string_view key = trimmed(member.substr(0, member.find('=')));
      const bool named = !key.empty() && key.size() < member.size();
      const std::string shown = named ? shown_header_name(key) : masked(member);
      result.complaints.push_back("member " + std::to_string(number) + " (" + shown + ") " + complaint);
      continue;
    }
    std::string key = pair->first;
    if (headers) std::transform(key.begin(), key.end(), key.begin(), upper);
    if (const auto [known, is_new] = places.try_emplace(std::move(key), result.members.size()); is_new)
      result.members.push_back(std::move(*pair));
    else
      result.members[known->second].second = std::move(pair->second);
  }
  if (!headers && !result.complaints.empty()) result.members.clear();
  return result;
}

}  // namespace sonde::environment
