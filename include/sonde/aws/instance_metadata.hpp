// SPDX-License-Identifier: MIT
#pragma once

// The metadata service of an EC2 instance, version 2: where it is, and the session token that it wants first. Version 1,
// which asks for no token, is never used. Used by instance_credentials.hpp and instance_identity.hpp.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/aws/metadata_address.hpp>
#include <sonde/aws/metadata_request.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

class instance_metadata {
 public:
  /// AWS_EC2_METADATA_DISABLED=true switches it off; AWS_EC2_METADATA_SERVICE_ENDPOINT says where it is, or
  /// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6.
  explicit instance_metadata(environment::reader& environment)
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

  [[nodiscard]] bool has_token() const noexcept { return !token_.empty(); }

  [[nodiscard]] transport::request token_request() const {
    transport::request request = metadata_request(join_path(base_, "latest/api/token").text());
    request.method = "PUT";
    request.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "300");  // used at once, twice
    return request;
  }

  /// What went wrong, as the end of a sentence; empty if there is a token now.
  [[nodiscard]] std::string take_token(const transport::response& response) {
    constexpr std::size_t max_token = 4096;
    if (response.outcome != transport::outcome::answered) return "does not answer: " + response.error;
    if (response.status != 200)
      return "answers with HTTP status " + std::to_string(response.status) + ", not with a session token (IMDSv2)";
    const std::string_view body = response.body;
    const std::string_view line = environment::trimmed(body.substr(0, body.find('\n')));
    const auto is_odd = [](char c) { return c <= ' ' || c > '~'; };
    if (line.empty() || line.size() > max_token || std::any_of(line.begin(), line.end(), is_odd))
      return "answers with a session token that cannot be one";
    token_ = line;
    return {};
  }
  void forget_token() noexcept { token_.clear(); }

  /// For what lies at `path`; needs the token.
  [[nodiscard]] transport::request request_for(std::string_view path) const {
    transport::request request = metadata_request(join_path(base_, path).text());
    request.headers.emplace_back("X-aws-ec2-metadata-token", token_);
    return request;
  }

 private:
  bool enabled_;
  std::string refusal_{};
  transport::url base_{};
  std::string who_{};
  std::string token_{};
};

}  // namespace sonde::aws
