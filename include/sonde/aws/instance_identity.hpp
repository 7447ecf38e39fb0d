// SPDX-License-Identifier: MIT
#pragma once

// Which EC2 instance this is, from its metadata service: a session token, then the identity document, one request each.
// Does no I/O itself: whoever owns a transport asks what to send and hands back what came.
// Source: EC2 user guide, "Instance identity documents".

#include <string>

#include <sonde/aws/instance_metadata.hpp>
#include <sonde/aws/metadata_reply.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

struct instance_identity {
  std::string instance_id{};
  std::string instance_type{};
  std::string image_id{};
  std::string availability_zone{};
};

class instance_identity_source {
 public:
  explicit instance_identity_source(environment::reader& environment) : service_{environment} {}

  /// Why nobody is asked: a sentence. Empty if somebody is.
  [[nodiscard]] std::string refusal() const {
    if (!service_.enabled()) return "AWS_EC2_METADATA_DISABLED switches the instance metadata service off";
    return service_.refusal();
  }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return service_.who(); }

  /// The request of the step that is next.
  [[nodiscard]] transport::request next_request() const {
    if (!service_.has_token()) return service_.token_request();
    return service_.request_for("latest/dynamic/instance-identity/document");
  }

  /// What went wrong, as the end of a sentence about who(). Empty if all is well: then it is complete, or there is a next
  /// step.
  [[nodiscard]] std::string receive(const transport::response& response) {
    if (!service_.has_token()) return service_.take_token(response);
    const metadata_reply reply = read_metadata_reply(response);
    if (!reply.complaint.empty()) return reply.complaint;
    found_ = {metadata_text(reply.object, "instanceId"), metadata_text(reply.object, "instanceType"),
              metadata_text(reply.object, "imageId"), metadata_text(reply.object, "availabilityZone")};
    return found_.instance_id.empty() ? "answers without an instanceId" : std::string{};
  }
  [[nodiscard]] bool complete() const noexcept { return !found_.instance_id.empty(); }
  [[nodiscard]] const instance_identity& found() const noexcept { return found_; }

 private:
  instance_metadata service_;
  instance_identity found_{};
};

}  // namespace sonde::aws
