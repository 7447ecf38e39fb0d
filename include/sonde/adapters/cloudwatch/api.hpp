// SPDX-License-Identifier: MIT
#pragma once

// The calls of CloudWatch Logs that we make, as requests: JSON 1.1, signed at the moment they are sent. Used by lane.hpp and
// creation.hpp. Source: CloudWatch Logs API reference, version 2014-03-28.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/cloudwatch/batch.hpp>
#include <sonde/adapters/cloudwatch/json_text.hpp>
#include <sonde/adapters/cloudwatch/settings.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::cloudwatch {

/// Parameters as JSON; each begins an object.
[[nodiscard]] inline std::string log_group_parameter(const settings& used) {
  std::string body;
  json_text to{body};
  to.raw(R"({"logGroupName":)");
  to.text(used.log_group);
  return body;
}

[[nodiscard]] inline std::string create_log_group(const settings& used) {
  std::string body = log_group_parameter(used);
  json_text to{body};
  const char* before = R"(,"tags":{)";
  for (const auto& [key, value] : used.tags) {
    to.raw(before);
    to.text(key);
    to.raw(":");
    to.text(value);
    before = ",";
  }
  return body += used.tags.empty() ? "}" : "}}";
}

[[nodiscard]] inline std::string put_retention_policy(const settings& used) {
  std::string body = log_group_parameter(used);
  return body += R"(,"retentionInDays":)" + std::to_string(used.retention_days.value_or(0)) + "}";
}

[[nodiscard]] inline std::string create_log_stream(const settings& used, std::string_view stream) {
  std::string body = log_group_parameter(used);
  json_text to{body};
  to.raw(R"(,"logStreamName":)");
  to.text(stream);
  to.raw("}");
  return body;
}

[[nodiscard]] inline std::string put_log_events(const settings& used, std::string_view stream, const batch& sorted) {
  constexpr std::size_t around_event = 48;
  std::string body = create_log_stream(used, stream);
  body.reserve(body.size() + sorted.size() + around_event * sorted.count());
  body.pop_back();
  json_text to{body};
  const char* before = R"(,"logEvents":[{"timestamp":)";
  for (const batch::event& each : sorted.events()) {
    to.raw(before);
    before = R"(},{"timestamp":)";
    to.number(each.unix_milli());
    to.raw(R"(,"message":)");
    to.text(sorted.message(each));
  }
  return body += "}]}";
}

/// Names of headers in replies.
inline constexpr std::string_view request_id_header = "x-amzn-RequestId";
inline constexpr std::string_view error_type_header = "x-amzn-ErrorType";
inline constexpr std::string_view date_header = "Date";

/// Not signed where `keys` are null, which whoever sends it sees to.
[[nodiscard]] inline transport::request api_request(const settings& used, const aws::credentials* keys,
                                                    std::string_view operation, std::string body) {
  transport::request made;
  made.url = used.endpoint.text();
  made.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                  {"X-Amz-Target", "Logs_20140328." + std::string{operation}}};
  made.body = std::move(body);
  made.kept_headers = {std::string{request_id_header}, std::string{error_type_header}, std::string{date_header}};
  if (keys != nullptr) made.signature = used.signed_for.signature(*keys);
  return made;
}

}  // namespace sonde::cloudwatch
