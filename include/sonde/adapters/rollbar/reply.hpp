// SPDX-License-Identifier: MIT
#pragma once

// What Rollbar answers, and how long it wants to be left alone. Used by lane.hpp. Source: Rollbar API reference, "Response
// codes" and "Rate limits".

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/adapters/rollbar/settings.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/excerpt.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::rollbar {

inline constexpr std::string_view token_header = "X-Rollbar-Access-Token";
inline constexpr std::string_view remaining_seconds_header = "X-Rate-Limit-Remaining-Seconds";

struct said {
  bool understood = false;  // it is a reply of Rollbar's
  bool stored = false;
  std::string message{};    // its own words, as they came
};

/// Throws std::bad_alloc.
[[nodiscard]] inline said read_reply(const transport::response& reply) {
  constexpr std::size_t longest = std::size_t{64} << 10;
  said made;
  encoding::json_value body;
  if (reply.body.size() <= longest) body = encoding::read_json_object(reply.body);
  const encoding::json_value* const found = body.find("err");
  const auto error = found != nullptr ? found->integer() : std::nullopt;
  made.understood = error.has_value();
  made.stored = error == 0;
  if (const std::string* const message = body.text("message")) made.message = *message;
  if (!made.understood) made.message = reply.body;
  return made;
}

/// Between a second and a minute; a minute where the header is missing or says nothing.
[[nodiscard]] inline std::chrono::seconds pause_of(const transport::response& reply) noexcept {
  std::int64_t seconds = 60;
  if (environment::parse_number(environment::trimmed(reply.header(remaining_seconds_header)), seconds) ==
      environment::number_error::not_a_number)
    seconds = 60;
  return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 1, 60)};
}

/// `422 from https://api.rollbar.com/api/1/item/: "environment is required"`. A reply may quote the token: it is masked.
[[nodiscard]] inline std::string told_reply(const settings& used, const transport::response& reply, const said& content) {
  const std::string message = transport::excerpt(content.message, {{std::string{token_header}, used.token}});
  return std::to_string(reply.status) + " from " + used.where() + (message.empty() ? std::string{} : ": \"" + message + '"');
}

}  // namespace sonde::rollbar
