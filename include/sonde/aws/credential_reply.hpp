// SPDX-License-Identifier: MIT
#pragma once

// Reads what a metadata service answers when asked for credentials. The same JSON object from ECS, EKS and EC2; a
// hostile one does no harm. Used by container_credentials.hpp and instance_credentials.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/aws/credentials.hpp>
#include <sonde/aws/expiration.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

/// How one step of fetching credentials ended.
struct fetch_result {
  std::optional<credentials> found{};
  std::string complaint{};  // the end of a sentence about who was asked; with neither of both, there is a further step
};

/// ` (NoIdInRequest)`: the service's own word for what went wrong, if it is one word. Nothing else of a reply is shown,
/// since it may hold keys.
[[nodiscard]] inline std::string shown_error_code(const encoding::json_value& reply) {
  constexpr std::size_t longest = 64;
  const auto is_plain = [](char c) {
    const char letter = environment::upper(c);
    return (letter >= 'A' && letter <= 'Z') || c == '_' || c == '-';
  };
  for (const char* const name : {"code", "Code"}) {
    const std::string* const code = reply.text(name);
    if (code != nullptr && !code->empty() && code->size() <= longest && *code != "Success" &&
        std::all_of(code->begin(), code->end(), is_plain))
      return " (" + *code + ")";
  }
  return {};
}

/// Credentials must come with a token and an expiry, and not have expired yet.
[[nodiscard]] inline fetch_result read_credential_reply(const transport::response& response,
                                                        std::chrono::system_clock::time_point now) noexcept try {
  constexpr std::size_t max_reply = 64 * 1024;
  if (response.outcome != transport::outcome::answered) return {{}, "does not answer: " + response.error};
  if (response.body.size() > max_reply) return {{}, "answers with more than 64 KiB"};
  const encoding::json_value reply = encoding::read_json_object(response.body);
  const std::string code = shown_error_code(reply);
  if (response.status != 200) return {{}, "answers with HTTP status " + std::to_string(response.status) + code};
  if (!reply.is_object()) return {{}, "answers with something other than a JSON object"};

  std::string missing;
  const auto text = [&](const char* name) {
    const std::string* const value = reply.text(name);
    if (value == nullptr || value->empty()) {
      if (missing.empty()) missing = name;
      return std::string{};
    }
    return *value;
  };
  credentials keys;
  keys.access_key_id = text("AccessKeyId");
  keys.secret_access_key = text("SecretAccessKey");
  keys.session_token = text("Token");
  keys.expiry = parse_expiration(text("Expiration"));
  if (!missing.empty()) return {{}, "answers without " + missing + code};
  if (!keys.expiry) return {{}, "answers with an Expiration that is no time"};
  if (const std::string fault = keys.fault(); !fault.empty()) return {{}, "answers with keys of no use: " + fault};
  if (!keys.valid_at(now)) return {{}, "answers with credentials that have expired by this machine's clock"};
  return {std::move(keys), {}};
} catch (const std::exception&) {
  return {{}, "answered"};  // no memory to say what; short enough to need none
}

}  // namespace sonde::aws
