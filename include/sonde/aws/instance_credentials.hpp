// SPDX-License-Identifier: MIT
#pragma once

// Credentials of an EC2 instance's role, from its metadata service, version 2: a session token, the role's name, the
// role's keys, one request each. Version 1, which asks for no token, is never used. A source of credential_chain.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/aws/credential_reply.hpp>
#include <sonde/aws/metadata_address.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

class instance_credentials {
 public:
  /// AWS_EC2_METADATA_DISABLED=true switches it off; AWS_EC2_METADATA_SERVICE_ENDPOINT says where it is, or
  /// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6.
  explicit instance_credentials(environment::reader& environment)
      : enabled_{!environment.boolean("AWS_EC2_METADATA_DISABLED").value_or(false)} {
    constexpr std::string_view variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    const auto mode = environment.choice("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", {"IPv4", "IPv6"}, "IPv4");
    const auto endpoint = environment.text(variable);
    const std::string_view usual = mode == "IPv6" ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/";
    const transport::parsed_url parsed =
        parse_metadata_url(endpoint ? environment::trimmed(*endpoint) : usual, variable);
    refusal_ = parsed.error;
    base_ = parsed.url;
    base_.query.clear();
    who_ = "the instance metadata service (" + base_.shown() + ")";
  }

  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  /// A sentence, where it is enabled but not to be used.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return who_; }

  /// The request of the step that is next.
  [[nodiscard]] transport::request next_request() const {
    transport::request request;
    request.timeout = std::chrono::seconds{1};
    if (step_ == step::token) {
      request.method = "PUT";
      request.url = join_path(base_, "latest/api/token").text();
      request.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "300");  // used at once, twice
      return request;
    }
    request.method = "GET";
    request.headers.emplace_back("X-aws-ec2-metadata-token", token_);
    request.url = join_path(base_, "latest/meta-data/iam/security-credentials/" + role_).text();
    return request;
  }

  /// After credentials or a complaint it begins anew, with a token.
  [[nodiscard]] fetch_result receive(const transport::response& response, std::chrono::system_clock::time_point now) {
    fetch_result result = take(response, now);
    if (!result.found && result.complaint.empty()) return result;
    step_ = step::token;
    token_.clear();
    role_.clear();
    return result;
  }

 private:
  enum class step : unsigned char { token, role, keys };

  [[nodiscard]] fetch_result take(const transport::response& response, std::chrono::system_clock::time_point now) {
    if (step_ == step::keys) return read_credential_reply(response, now);
    if (response.outcome != transport::outcome::answered) return {{}, "does not answer: " + response.error};
    const bool asked_for_token = step_ == step::token;
    if (response.status != 200) {
      const char* const why = asked_for_token          ? ", not with a session token (IMDSv2)"
                              : response.status == 404 ? ": the instance has no role"
                                                       : ", not with the name of a role";
      return {{}, "answers with HTTP status " + std::to_string(response.status) + why};
    }
    const std::string_view body = response.body;
    const std::string_view line = environment::trimmed(body.substr(0, body.find('\n')));
    constexpr std::size_t max_token = 4096;
    constexpr std::size_t max_role = 64;  // of IAM
    if (asked_for_token) {
      if (line.empty() || line.size() > max_token || std::any_of(line.begin(), line.end(), is_odd))
        return {{}, "answers with a session token that cannot be one"};
      token_ = line;
      step_ = step::role;
      return {};
    }
    if (line.empty() || line.size() > max_role || !std::all_of(line.begin(), line.end(), is_of_role))
      return {{}, "answers with the name of a role that cannot be one"};
    role_ = line;
    step_ = step::keys;
    return {};
  }

  static bool is_odd(char c) { return c <= ' ' || c > '~'; }
  static bool is_of_role(char c) {
    const char letter = environment::upper(c);
    return (letter >= 'A' && letter <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"+=,.@_-"}.find(c) != std::string_view::npos;
  }

  bool enabled_;
  std::string refusal_{};
  transport::url base_{};
  std::string who_{};
  step step_ = step::token;
  std::string token_{};
  std::string role_{};
};

}  // namespace sonde::aws
