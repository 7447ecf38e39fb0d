// SPDX-License-Identifier: MIT
#pragma once

// Which Elastic Beanstalk environment this is, from the file that Beanstalk writes where X-Ray is switched on.
// Source: AWS X-Ray developer guide, "Running the X-Ray daemon on AWS Elastic Beanstalk".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/aws/metadata_reply.hpp>
#include <sonde/aws/small_file.hpp>
#include <sonde/encoding/json_reader.hpp>

namespace sonde::aws {

inline constexpr std::string_view beanstalk_file = "/var/elasticbeanstalk/xray/environment.conf";

struct beanstalk_environment {
  std::string environment_name{};
  std::string version_label{};
  std::optional<std::int64_t> deployment_id{};
  std::string complaint{};  // a sentence; empty if all is well
};

[[nodiscard]] inline beanstalk_environment read_beanstalk_environment(
    const std::string& path = std::string{beanstalk_file}) {
  constexpr std::size_t max_size = 64 * 1024;
  beanstalk_environment result;
  const small_file file = read_small_file(path, max_size);
  if (!file.exists || !file.error.empty()) {
    constexpr const char* absent = "is not there: this is no environment of Elastic Beanstalk with X-Ray switched on";
    result.complaint = path + " " + (file.exists ? file.error : absent);
    return result;
  }
  const encoding::json_value object = encoding::read_json_object(file.text);
  result.environment_name = metadata_text(object, "environment_name");
  result.version_label = metadata_text(object, "version_label");
  if (const encoding::json_value* const found = object.find("deployment_id")) result.deployment_id = found->integer();
  if (result.environment_name.empty()) result.complaint = path + " is not a JSON object with an environment_name";
  return result;
}

}  // namespace sonde::aws
