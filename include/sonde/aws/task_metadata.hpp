// SPDX-License-Identifier: MIT
#pragma once

// Which container of which ECS task this is, from the service that ECS and Fargate name in the environment. One request.
// Does no I/O itself. Source: Amazon ECS, "Task metadata endpoint version 4".

#include <string>
#include <string_view>

#include <sonde/aws/metadata_address.hpp>
#include <sonde/aws/metadata_reply.hpp>
#include <sonde/aws/metadata_request.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

struct task_metadata {
  std::string container_id{};
  std::string container_arn{};
  std::string log_group{};  // of CloudWatch Logs, where the container's output goes there
};

class task_metadata_source {
 public:
  explicit task_metadata_source(environment::reader& environment) {
    constexpr std::string_view variable = "ECS_CONTAINER_METADATA_URI_V4";
    const auto address = environment.text(variable);
    if (!address) {
      refusal_ = std::string{variable} + " is not set: this is no container of ECS";
      return;
    }
    const transport::parsed_url parsed = parse_metadata_url(environment::trimmed(*address), variable);
    refusal_ = parsed.error;
    url_ = parsed.url.text();
    who_ = "the task metadata service (" + parsed.url.shown() + ")";
  }

  /// Why nobody is asked: a sentence. Empty if somebody is.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return who_; }

  [[nodiscard]] transport::request next_request() const { return metadata_request(url_); }

  /// What went wrong, as the end of a sentence about who(); empty if it is complete.
  [[nodiscard]] std::string receive(const transport::response& response) {
    const metadata_reply reply = read_metadata_reply(response);
    if (!reply.complaint.empty()) return reply.complaint;
    found_ = {metadata_text(reply.object, "DockerId"), metadata_text(reply.object, "ContainerARN"), {}};
    if (const encoding::json_value* const options = reply.object.find("LogOptions"))
      found_.log_group = metadata_text(*options, "awslogs-group");
    return complete() ? std::string{} : "answers without a DockerId";
  }
  [[nodiscard]] bool complete() const noexcept { return !found_.container_id.empty(); }
  [[nodiscard]] const task_metadata& found() const noexcept { return found_; }

 private:
  std::string refusal_{};
  std::string url_{};
  std::string who_{};
  task_metadata found_{};
};

}  // namespace sonde::aws
