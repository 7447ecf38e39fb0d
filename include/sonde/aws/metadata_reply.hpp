// SPDX-License-Identifier: MIT
#pragma once

// Reads what a metadata service says of the place a program runs in: a JSON object, whose texts go into telemetry. A
// hostile one does no harm. Used by instance_identity.hpp, task_metadata.hpp, cluster_name.hpp and beanstalk_environment.hpp.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/encoding/json_reader.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::aws {

struct metadata_reply {
  encoding::json_value object{};
  std::string complaint{};  // the end of a sentence about who was asked; empty if there is an object
};

[[nodiscard]] inline metadata_reply read_metadata_reply(const transport::response& response) {
  constexpr std::size_t max_reply = 64 * 1024;
  if (response.outcome != transport::outcome::answered) return {{}, "does not answer: " + response.error};
  if (response.status != 200) return {{}, "answers with HTTP status " + std::to_string(response.status)};
  if (response.body.size() > max_reply) return {{}, "answers with more than 64 KiB"};
  metadata_reply reply{encoding::read_json_object(response.body), {}};
  if (!reply.object.is_object()) reply.complaint = "answers with something other than a JSON object";
  return reply;
}

/// The text of a member, none longer than `longest`; empty where there is no such text.
[[nodiscard]] inline std::string metadata_text(const encoding::json_value& object, const char* name) {
  constexpr std::size_t longest = 250;  // X-Ray's bound of any text; an ARN of ECS has some 130
  const std::string* const text = object.text(name);
  return text == nullptr || text->size() > longest ? std::string{} : *text;
}

}  // namespace sonde::aws
