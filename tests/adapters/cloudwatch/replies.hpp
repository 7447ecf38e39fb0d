// SPDX-License-Identifier: MIT
#pragma once

// Replies of CloudWatch Logs as the transport hands them over, and settings to judge them by. Used by the tests of
// adapters/cloudwatch.

#include <string>
#include <utility>

#include <sonde/adapters/cloudwatch/settings.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::tests {

[[nodiscard]] inline transport::response answer(int status, std::string body = {}) {
  transport::response made;
  made.outcome = transport::outcome::answered;
  made.status = status;
  made.body = std::move(body);
  made.headers = {{"x-amzn-RequestId", "7d2c-1"}};
  return made;
}
[[nodiscard]] inline transport::response aws_error(const std::string& name, const std::string& message = "told",
                                                   int status = 400) {
  return answer(status, R"({"__type":")" + name + R"(","message":")" + message + "\"}");
}
[[nodiscard]] inline transport::response no_answer(std::string error = "connection refused by h:1") {
  transport::response made;
  made.outcome = transport::outcome::no_answer;
  made.error = std::move(error);
  return made;
}

/// Group g in r-1, at http://h:1/.
[[nodiscard]] inline cloudwatch::settings group_settings() {
  cloudwatch::settings made;
  made.log_group = "g";
  static_cast<void>(made.log_stream.parse("s", {}));
  made.signed_for = {"logs", "r-1"};
  made.endpoint = transport::parse_url("http://h:1").url;
  made.endpoint_source = "from E";
  made.limits.bytes = cloudwatch::max_batch_bytes;
  made.limits.count = cloudwatch::max_batch_count;
  return made;
}

}  // namespace sonde::tests
