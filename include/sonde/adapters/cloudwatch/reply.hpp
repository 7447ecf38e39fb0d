// SPDX-License-Identifier: MIT
#pragma once

// What CloudWatch Logs answers: the kind of an error, and which events of a batch it did not take. Used by lane.hpp and
// creation.hpp. Source: CloudWatch Logs API reference, "Common Error Types" and RejectedLogEventsInfo; AWS JSON 1.1 protocol.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/adapters/cloudwatch/api.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::cloudwatch {

/// What to do about a reply.
enum class meaning : std::uint8_t {
  success,
  missing,        // no such group or stream
  already_there,  // created by somebody else
  busy,           // throttled, in maintenance, or just now changed by somebody else: again later
  keys,           // the keys are expired or unknown
  clock,          // the signature's time is not AWS's
  permission,
  too_large,
  refused,
};

struct error_reply {
  cloudwatch::meaning meaning = meaning::refused;
  std::string name{};     // `ThrottlingException`; `HTTP 503` where it has none
  std::string message{};  // AWS's own words, as they came
};

/// An empty one for whatever is none.
[[nodiscard]] inline encoding::json_value reply_object(const std::string& body) {
  constexpr std::size_t longest = std::size_t{64} << 10;
  encoding::json_value parsed;
  if (body.size() <= longest) parsed = encoding::read_json_object(body);
  if (!parsed.is_object()) parsed = encoding::json_value::object();
  return parsed;
}

/// The first of these members that is a text.
[[nodiscard]] inline std::string text_member(const encoding::json_value& object,
                                             std::initializer_list<const char*> names) {
  for (const char* const name : names)
    if (const std::string* const found = object.text(name)) return *found;
  return {};
}

/// `com.amazonaws.logs#ResourceNotFoundException`, `ResourceNotFoundException:http://…`: what is between.
[[nodiscard]] inline std::string bare_error_name(std::string_view type) {
  type = type.substr(0, type.find(':'));
  if (const std::size_t hash = type.rfind('#'); hash != std::string_view::npos) type.remove_prefix(hash + 1);
  const auto is_word = [](char c) {
    const char letter = environment::upper(c);
    return (letter >= 'A' && letter <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  };
  constexpr std::size_t longest = 64;
  return type.size() <= longest && std::all_of(type.begin(), type.end(), is_word) ? std::string{type} : std::string{};
}

[[nodiscard]] inline meaning meaning_of(std::string_view name, std::string_view message, int status) noexcept {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  using enum meaning;
  if (is_one_of({"ResourceNotFoundException"})) return missing;
  if (is_one_of({"ResourceAlreadyExistsException", "DataAlreadyAcceptedException"})) return already_there;
  if (is_one_of({"OperationAbortedException", "ThrottlingException", "Throttling", "ThrottledException",
                 "LimitExceededException", "TooManyRequestsException", "RequestLimitExceeded", "ServiceUnavailableException",
                 "ServiceUnavailable", "InternalFailure", "InternalServerError", "InternalServerException",
                 "RequestTimeout", "RequestTimeoutException", "SlowDown"}))
    return busy;
  const bool of_time = message.find("Signature expired") != message.npos ||
                       message.find("Signature not yet current") != message.npos;
  if (of_time || is_one_of({"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})) return clock;
  if (is_one_of({"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
                 "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
                 "MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthFailure"}))
    return keys;
  if (is_one_of({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "OptInRequired"}))
    return permission;
  if (status == 413 || is_one_of({"RequestEntityTooLarge", "RequestEntityTooLargeException"})) return too_large;
  if (status == 429 || status == 408 || status >= 500) return busy;
  if (name.empty() && (status == 401 || status == 403)) return permission;
  return refused;
}

/// Of a reply that arrived and is no success. Throws std::bad_alloc.
[[nodiscard]] inline error_reply read_error(const transport::response& reply) {
  const encoding::json_value said = reply_object(reply.body);
  error_reply made;
  made.name = bare_error_name(text_member(said, {"__type", "code"}));
  if (made.name.empty()) made.name = bare_error_name(reply.header(error_type_header));
  made.message = text_member(said, {"message", "Message"});
  if (said.empty()) made.message = reply.body;
  made.meaning = meaning_of(made.name, made.message, reply.status);
  if (made.name.empty()) made.name = "HTTP " + std::to_string(reply.status);
  return made;
}

/// Which events of a batch, in their order, were not taken.
struct rejected_events {
  std::uint64_t too_old = 0;  // at the front: over 14 days, or before what the group keeps
  std::uint64_t too_new = 0;  // at the end: over 2 hours ahead

  [[nodiscard]] std::uint64_t all() const noexcept { return too_old + too_new; }
};

/// Of a success with `count` events. Whatever the reply says, it is no more than there were.
[[nodiscard]] inline rejected_events read_rejected(const std::string& body, std::uint64_t count) {
  const encoding::json_value said = reply_object(body);
  const encoding::json_value* const info = said.find("rejectedLogEventsInfo");
  if (info == nullptr) return {};
  const auto index = [&](const char* name, std::uint64_t absent) {
    const encoding::json_value* const found = info->find(name);
    const auto value = found != nullptr ? found->integer() : std::nullopt;
    if (!value) return absent;
    return *value < 0 ? std::uint64_t{0} : std::min(static_cast<std::uint64_t>(*value), count);
  };
  rejected_events made;
  made.too_old = std::max(index("tooOldLogEventEndIndex", 0), index("expiredLogEventEndIndex", 0));  // exclusive
  made.too_new = count - std::max(index("tooNewLogEventStartIndex", count), made.too_old);
  return made;
}

}  // namespace sonde::cloudwatch
