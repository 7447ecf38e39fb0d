// SPDX-License-Identifier: MIT
#pragma once

// Credentials of a container's role, from the service that ECS (and Fargate, CodeBuild), EKS Pod Identity or Greengrass
// names in the environment. One request fetches them. A source of credential_chain.hpp.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/aws/credential_reply.hpp>
#include <sonde/aws/metadata_address.hpp>
#include <sonde/aws/small_file.hpp>
#include <sonde/environment/key_values.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

class container_credentials {
 public:
  explicit container_credentials(environment::reader& environment) {
    constexpr std::string_view relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    constexpr std::string_view full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    std::string address;
    std::string_view variable = relative;
    if (const auto path = environment.text(relative)) {
      if (path->front() != '/') refusal_ = std::string{relative} + " does not begin with a '/'";
      address = "http://169.254.170.2" + *path;
    } else if (const auto url = environment.text(full)) {
      variable = full;
      address = *url;
    } else {
      return;
    }
    configured_ = true;
    transport::parsed_url parsed = parse_metadata_url(environment::trimmed(address), variable);
    if (refusal_.empty()) refusal_ = parsed.error;
    if (!refusal_.empty()) return;
    url_ = parsed.url.text();
    who_ = "the container's credential service (" + parsed.url.shown() + ")";
    token_ = environment.text("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    token_file_ = environment.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  }

  [[nodiscard]] bool configured() const noexcept { return configured_; }
  /// A sentence, where it is configured but not to be used.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return who_; }

  /// The request, or none and why not, as the end of a sentence. The token's file is read anew each time: it changes.
  [[nodiscard]] std::optional<transport::request> next_request(std::string& complaint) const {
    constexpr std::size_t max_token = 64 * 1024;
    transport::request request;
    request.method = "GET";
    request.url = url_;
    request.timeout = std::chrono::seconds{2};
    request.headers.emplace_back("Accept", "application/json");
    std::optional<std::string> token = token_;
    if (token_file_) {
      small_file file = read_small_file(*token_file_, max_token);
      const std::string named = "cannot be asked: " + *token_file_ + " (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) ";
      if (!file.exists) file.error = "is not a file";
      if (!file.error.empty()) return complaint = named + file.error, std::nullopt;
      if (file.text.empty()) return complaint = named + "is empty", std::nullopt;
      token = std::move(file.text);
    }
    if (token) {
      if (!environment::is_header_value(*token)) {
        complaint = "cannot be asked: the authorization token has a line break in it";
        return std::nullopt;
      }
      request.headers.emplace_back("Authorization", std::move(*token));
    }
    return request;
  }

  [[nodiscard]] fetch_result receive(const transport::response& response,
                                     std::chrono::system_clock::time_point now) const noexcept {
    return read_credential_reply(response, now);
  }

 private:
  bool configured_ = false;
  std::string refusal_{};
  std::string url_{};
  std::string who_{};
  std::optional<std::string> token_{};
  std::optional<std::string> token_file_{};
};

}  // namespace sonde::aws
