// SPDX-License-Identifier: MIT
#pragma once

// Credentials of a shared profile: its static keys. What a profile can ask for besides (roles, single sign-on, a
// program to run) is refused with a sentence. The third source of the chain.

#include <string>
#include <string_view>

#include <sonde/aws/credentials.hpp>
#include <sonde/aws/shared_profile.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::aws {

/// Kinds are looked at in the order of the AWS CLI, so that a profile with several means the same here.
[[nodiscard]] inline credential_lookup profile_credentials(const shared_profile& profile,
                                                           environment::reader& environment) {
  credential_lookup result;
  const auto has = [&](std::string_view option) { return profile.find(option) != nullptr; };
  const auto refuse = [&](std::string_view what) {
    result.refusal = "the AWS profile '" + profile.name + "' " + std::string{what} +
                     ", which sonde does not do: give it keys (`aws configure export-credentials --profile " +
                     profile.name + " --format env` prints them), or send through an OpenTelemetry Collector";
    return result;
  };
  const auto keys_in = [&](const ini_options& options, const std::string& file) {
    const auto id = options.find("aws_access_key_id");
    if (id == options.end()) return false;
    const auto value = [&](std::string_view option) {
      const auto place = options.find(option);
      return place == options.end() ? std::string{} : place->second;
    };
    result.source = "profile '" + profile.name + "' in " + file;
    const bool older_name = options.find("aws_security_token") != options.end();
    credentials keys{id->second, value("aws_secret_access_key"),
                     value(older_name ? "aws_security_token" : "aws_session_token"), {}};
    if (const std::string fault = keys.fault(); !fault.empty())
      result.refusal = "AWS credentials from " + result.source + ": " + fault;
    else
      result.found = std::move(keys);
    return true;
  };

  if (!profile.refusal.empty()) {
    result.refusal = profile.refusal;
    return result;
  }
  if (has("role_arn") && !has("web_identity_token_file")) return refuse("assumes a role (role_arn)");
  if (profile.chosen_by != "code" && environment.text("AWS_WEB_IDENTITY_TOKEN_FILE")) {
    result.refusal =
        "AWS_WEB_IDENTITY_TOKEN_FILE asks for a web identity, which sonde does not do: use EKS Pod Identity instead of "
        "roles for service accounts, or give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    return result;
  }
  if (has("web_identity_token_file")) return refuse("asks for a web identity (web_identity_token_file)");
  if (has("sso_account_id") || has("sso_role_name")) return refuse("signs in by single sign-on (sso_account_id)");
  if (keys_in(profile.in_credentials, profile.credentials_file)) return result;
  if (has("login_session")) return refuse("signs in by `aws login` (login_session)");
  if (has("credential_process")) return refuse("runs a program for its keys (credential_process)");
  static_cast<void>(keys_in(profile.in_config, profile.config_file));
  return result;
}

}  // namespace sonde::aws
