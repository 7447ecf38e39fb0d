// SPDX-License-Identifier: MIT
#pragma once

// AWS Lambda, where a function's own segment is made by Lambda: what the function records are subsegments of it, under the
// parent that _X_AMZN_TRACE_ID names. Used by plugins.hpp.
// Source: AWS X-Ray developer guide, "AWS Lambda and AWS X-Ray"; the vendor's SDKs.

#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sonde/environment/reader.hpp>

namespace sonde::xray {

/// LAMBDA_TASK_ROOT is where the function's code lies, /var/task; set nowhere else.
[[nodiscard]] inline bool in_lambda(const environment::reader& environment) noexcept {
  return environment.is_set("LAMBDA_TASK_ROOT");
}

/// Leaves the empty file by which Lambda learns that the function brings an X-Ray client of its own; whether it could.
inline bool tell_lambda(const std::string& directory = "/tmp/.aws-xray") noexcept try {
  ::mkdir(directory.c_str(), 0777);  // may be there already
  const std::string path = directory + "/initialized";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0666);
  if (file < 0) return false;
  ::close(file);
  return true;
} catch (...) {
  return false;
}

}  // namespace sonde::xray
