// SPDX-License-Identifier: MIT
#pragma once

// Credentials in the environment: AWS_ACCESS_KEY_ID and the variables that go with it. The second source of the chain,
// after keys given in code.

#include <optional>
#include <string>
#include <string_view>

#include <sonde/aws/credentials.hpp>
#include <sonde/aws/expiration.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::aws {

/// An access key id without a secret is refused, since it is meant to be used; a secret alone is a finding. Of the two
/// names of the session token the older one wins, as it does in the AWS CLI.
[[nodiscard]] inline credential_lookup environment_credentials(environment::reader& environment) {
  credential_lookup result;
  const auto key = [&](std::string_view variable) {
    const std::optional<std::string> value = environment.text(variable);
    std::string bare = bare_key(value.value_or(""));
    if (value && bare != *value)
      environment.report(std::string{variable} + " has blanks or a line break around its value; used without them");
    return bare;
  };
  credentials keys;
  keys.access_key_id = key("AWS_ACCESS_KEY_ID");
  keys.secret_access_key = key("AWS_SECRET_ACCESS_KEY");
  if (keys.access_key_id.empty()) {
    if (!keys.secret_access_key.empty())
      environment.report(
          "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not: the environment gives no AWS credentials");
    return result;
  }
  result.source = "AWS_ACCESS_KEY_ID";
  if (keys.secret_access_key.empty()) {
    result.refusal = "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both, or none";
    return result;
  }
  keys.session_token = key("AWS_SECURITY_TOKEN");
  if (keys.session_token.empty()) keys.session_token = key("AWS_SESSION_TOKEN");
  if (const auto expiry = environment.text("AWS_CREDENTIAL_EXPIRATION")) {
    keys.expiry = parse_expiration(environment::trimmed(*expiry));
    if (!keys.expiry)
      environment.report("AWS_CREDENTIAL_EXPIRATION is not a time like 2026-11-21T15:04:05Z; ignored");
  }
  if (const std::string fault = keys.fault(); !fault.empty())
    result.refusal = "AWS credentials from AWS_ACCESS_KEY_ID: " + fault;
  else
    result.found = std::move(keys);
  return result;
}

}  // namespace sonde::aws
