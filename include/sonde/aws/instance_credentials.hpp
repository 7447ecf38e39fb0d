// SPDX-License-Identifier: MIT
#pragma once

// Credentials of an EC2 instance's role, from its metadata service: a session token, the role's name, the role's keys,
// one request each. A source of credential_chain.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/aws/credential_reply.hpp>
#include <sonde/aws/instance_metadata.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

class instance_credentials {
 public:
  explicit instance_credentials(environment::reader& environment) : service_{environment} {}

  [[nodiscard]] bool enabled() const noexcept { return service_.enabled(); }
  /// A sentence, where it is enabled but not to be used.
  [[nodiscard]] const std::string& refusal() const noexcept { return service_.refusal(); }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return service_.who(); }

  /// The request of the step that is next.
  [[nodiscard]] transport::request next_request() const {
    if (!service_.has_token()) return service_.token_request();
    return service_.request_for("latest/meta-data/iam/security-credentials/" + role_);
  }

  /// After credentials or a complaint it begins anew, with a token.
  [[nodiscard]] fetch_result receive(const transport::response& response, std::chrono::system_clock::time_point now) {
    fetch_result result = take(response, now);
    if (!result.found && result.complaint.empty()) return result;
    service_.forget_token();
    role_.clear();
    return result;
  }

 private:
  [[nodiscard]] fetch_result take(const transport::response& response, std::chrono::system_clock::time_point now) {
    if (!service_.has_token()) return {{}, service_.take_token(response)};
    if (!role_.empty()) return read_credential_reply(response, now);
    if (response.outcome != transport::outcome::answered) return {{}, "does not answer: " + response.error};
    if (response.status != 200)
      return {{},
              "answers with HTTP status " + std::to_string(response.status) +
                  (response.status == 404 ? ": the instance has no role" : ", not with the name of a role")};
    const std::string_view body = response.body;
    const std::string_view line = environment::trimmed(body.substr(0, body.find('\n')));
    constexpr std::size_t max_role = 64;  // of IAM
    if (line.empty() || line.size() > max_role || !std::all_of(line.begin(), line.end(), is_of_role))
      return {{}, "answers with the name of a role that cannot be one"};
    role_ = line;
    return {};
  }

  static bool is_of_role(char c) {
    const char letter = environment::upper(c);
    return (letter >= 'A' && letter <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"+=,.@_-"}.find(c) != std::string_view::npos;
  }

  instance_metadata service_;
  std::string role_{};
};

}  // namespace sonde::aws
