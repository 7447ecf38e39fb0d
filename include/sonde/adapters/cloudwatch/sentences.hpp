// SPDX-License-Identifier: MIT
#pragma once

// Words for what CloudWatch Logs refuses: who said what, about which request, and what to do. Used by lane.hpp and creation.hpp.

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include <sonde/adapters/cloudwatch/reply.hpp>
#include <sonde/adapters/cloudwatch/settings.hpp>
#include <sonde/aws/credentials.hpp>
#include <sonde/transport/excerpt.hpp>

namespace sonde::cloudwatch {

/// ` (request 7d2c…)`, by which AWS's support finds it.
[[nodiscard]] inline std::string told_request_id(const transport::response& reply) {
  const std::string id = transport::excerpt(reply.header(request_id_header), {});
  return id.empty() ? id : " (request " + id + ")";
}

/// `AccessDeniedException from https://logs…/: "User: …" (request 7d2c…)`. AWS quotes what was signed: keys are masked.
[[nodiscard]] inline std::string told_error(const settings& used, const error_reply& error, const transport::response& reply,
                                            const aws::credentials* keys) {
  environment::pairs secrets;
  if (keys != nullptr)
    secrets = {{"", keys->session_token}, {"", keys->secret_access_key}, {"", keys->access_key_id}};
  const std::string message = transport::excerpt(error.message, secrets);
  return error.name + " from " + used.where() + (message.empty() ? std::string{} : ": \"" + message + '"') +
         told_request_id(reply);
}

/// `the keys AKIA… from AWS_ACCESS_KEY_ID need the permission logs:PutLogEvents on the log group 'cruddur' in eu-central-1`
[[nodiscard]] inline std::string permission_advice(const settings& used, std::string_view operation, const std::string& source) {
  return "the keys " + source + " need the permission logs:" + std::string{operation} + " on the log group '" + used.log_group +
         "' in " + used.signed_for.region;
}

/// How far this machine's clock is from AWS's, by the reply's date; empty where it has none.
[[nodiscard]] inline std::string clock_advice(const transport::response& reply, std::chrono::system_clock::time_point now) {
  const std::string date{reply.header(date_header)};
  const std::time_t theirs = date.empty() ? -1 : curl_getdate(date.c_str(), nullptr);
  if (theirs == -1) return "set this machine's clock";
  const auto ours = std::chrono::system_clock::to_time_t(now);
  return "this machine's clock is " + std::to_string(std::abs(ours - theirs)) + " s " + (ours < theirs ? "behind" : "ahead of") +
         " AWS's: set it";
}

}  // namespace sonde::cloudwatch
